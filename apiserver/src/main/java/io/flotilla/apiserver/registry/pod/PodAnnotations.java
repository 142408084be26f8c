package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;

/** The rules of annotations that mean something to a pod. */
final class PodAnnotations {
    static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

    private PodAnnotations() {}

    static void check(Field annotations, Field spec, Findings findings) {
        if (annotations.has(MIRROR) && spec.text("nodeName").isEmpty()) {
            findings.invalid(annotations.key(MIRROR), "must set spec.nodeName if mirror pod annotation is set");
        }
        Field cost = annotations.key(DELETION_COST);
        if (cost.isSet() && !isInt32(cost.text())) {
            findings.invalid(cost, "must be a 32bit integer");
        }
    }

    private static boolean isInt32(String text) {
        try {
            int value = Integer.parseInt(text);
            // "+10" and "010" parse, but are not how such a number is written.
            return Integer.toString(value).equals(text);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    static void checkUpdate(Field annotations, Field old, Field spec, Findings findings) {
        boolean had = old.has(MIRROR);
        boolean has = annotations.has(MIRROR);
        if (had && (!has || !annotations.text(MIRROR).equals(old.text(MIRROR)))) {
            findings.forbidden(annotations.key(MIRROR), "may not remove or update mirror pod annotation");
        } else if (has && !had) {
            findings.forbidden(annotations.key(MIRROR), "may not add mirror pod annotation");
        }
        check(annotations, spec, findings);
    }
}
