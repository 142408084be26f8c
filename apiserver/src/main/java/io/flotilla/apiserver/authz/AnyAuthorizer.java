package io.flotilla.apiserver.authz;

import io.flotilla.apiserver.request.User;
import java.util.List;

/** Asks one authorizer after the other; the first that allows decides. */
public record AnyAuthorizer(List<Authorizer> authorizers) implements Authorizer {

    @Override
    public Decision authorize(User user, Attributes attributes) {
        String reason = "";
        for (Authorizer each : authorizers) {
            Decision decision = each.authorize(user, attributes);
            if (decision.allowed()) {
                return decision;
            }
            reason = reason.isEmpty() ? decision.reason() : reason;
        }
        return new Decision(false, reason);
    }
}
