package io.flotilla.apiserver.authz;

import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import java.util.List;

/** The words of a 403. */
public final class Refusals {
    private Refusals() {}

    public static StatusException refusal(User user, Attributes asked, String reason) {
        StringBuilder why =
                new StringBuilder("User ").append(Quoting.quote(user.name())).append(" cannot ");
        if (!asked.isResource()) {
            why.append(asked.verb()).append(" path ").append(Quoting.quote(asked.path()));
            return StatusException.forbiddenPath(with(why, reason));
        }
        why.append(asked.verb())
                .append(" resource ")
                .append(Quoting.quote(asked.resourcePath()))
                .append(" in API group ")
                .append(Quoting.quote(asked.group()));
        if (asked.namespace().isEmpty()) {
            why.append(" at the cluster scope");
        } else {
            why.append(" in the namespace ").append(Quoting.quote(asked.namespace()));
        }
        String qualified = asked.group().isEmpty() ? asked.resource() : asked.resource() + "." + asked.group();
        String what = qualified + (asked.name().isEmpty() ? "" : " " + Quoting.quote(asked.name()));
        return new StatusException(
                403,
                "Forbidden",
                what + " is forbidden: " + with(why, reason),
                new StatusException.Details(asked.name(), asked.group(), asked.resource(), List.of(), 0));
    }

    private static String with(StringBuilder why, String reason) {
        return reason.isEmpty()
                ? why.toString()
                : why.append(": ").append(reason).toString();
    }
}
