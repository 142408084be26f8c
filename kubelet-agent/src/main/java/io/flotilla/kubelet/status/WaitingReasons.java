package io.flotilla.kubelet.status;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Why containers of one pod wait, by container: the outcome of the last attempt to start each. Used by one thread at a time. */
public final class WaitingReasons {
    /** Reason and message of {@code state.waiting}. */
    public record Reason(String reason, String message) {}

    private final Map<String, Reason> reasons = new HashMap<>();

    public void set(String container, String reason, String message) {
        reasons.put(container, new Reason(reason, message));
    }

    public void clear(String container) {
        reasons.remove(container);
    }

    public Optional<Reason> get(String container) {
        return Optional.ofNullable(reasons.get(container));
    }
}
