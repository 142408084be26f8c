package io.flotilla.apiserver.flowcontrol;

import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.request.User;

/** Decides whether a request is executed now, later or not at all. */
public interface Admission {
    /**
     * Admits a request; blocks while it has to wait. The ticket is to be closed when it has been executed.
     *
     * @param asked its verb, and the resource or the path
     * @param wanted how many ordinary requests it weighs, at least 1
     * @throws OverloadException if it is refused
     */
    Ticket admit(User user, Attributes asked, int wanted);
}
