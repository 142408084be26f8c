package io.flotilla.scheduler.framework;

import java.util.List;

/**
 * What a plugin says. Statuses with the same meaning may be shared: they carry nothing of one call.
 *
 * @param reasons texts for people, counted over nodes in the message of a failed attempt
 */
public record Status(Code code, List<String> reasons) {
    public static final Status SUCCESS = new Status(Code.SUCCESS, List.of());
    public static final Status SKIP = new Status(Code.SKIP, List.of());

    /** What follows from a status. */
    public enum Code {
        SUCCESS,
        /** Something broke; the attempt is repeated after a back-off. */
        ERROR,
        /** The pod does not fit; removing other pods might help. */
        UNSCHEDULABLE,
        /** The pod does not fit, and removing pods would not help. */
        UNSCHEDULABLE_AND_UNRESOLVABLE,
        /** Permit: hold the pod back until it is allowed. */
        WAIT,
        /** The plugin has nothing to say of this pod. */
        SKIP
    }

    public static Status error(String message) {
        return new Status(Code.ERROR, List.of(message));
    }

    public static Status unschedulable(String... reasons) {
        return new Status(Code.UNSCHEDULABLE, List.of(reasons));
    }

    public static Status unresolvable(String... reasons) {
        return new Status(Code.UNSCHEDULABLE_AND_UNRESOLVABLE, List.of(reasons));
    }

    public boolean isSuccess() {
        return code == Code.SUCCESS;
    }

    public boolean isSkip() {
        return code == Code.SKIP;
    }

    /** Says whether the pod was turned down, as opposed to something having failed. */
    public boolean isRejected() {
        return code == Code.UNSCHEDULABLE || code == Code.UNSCHEDULABLE_AND_UNRESOLVABLE;
    }

    public String message() {
        return String.join(", ", reasons);
    }
}
