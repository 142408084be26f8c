package io.flotilla.apiserver.authz;

import io.flotilla.apiserver.request.User;

/** Decides whether a user may do something. Called for every request; must not block for long. */
@FunctionalInterface
public interface Authorizer {
    /**
     * An answer.
     *
     * @param reason for a refusal, why, if there is more to say than that nothing allows it
     */
    record Decision(boolean allowed, String reason) {
        public static final Decision ALLOW = new Decision(true, "");
        public static final Decision NO_OPINION = new Decision(false, "");
    }

    Decision authorize(User user, Attributes attributes);
}
