package io.flotilla.controllermanager.controller;

import io.fabric8.kubernetes.api.model.StatusCause;
import io.flotilla.machinery.client.ApiException;

/** Refusals that controllers tell apart by the causes in the Status. */
public final class Refusals {
    private Refusals() {}

    /** Says whether a creation was refused because the namespace is going away: trying again is pointless. */
    public static boolean namespaceIsTerminating(RuntimeException failure) {
        if (!(failure instanceof ApiException.Refused refused)
                || refused.status().getDetails() == null) {
            return false;
        }
        return refused.status().getDetails().getCauses().stream()
                .map(StatusCause::getReason)
                .anyMatch("NamespaceTerminating"::equals);
    }
}
