package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.request.WriteOptions.FieldValidation;

/** The options of writes as objects of meta.k8s.io/v1, as admission reviews hold them. */
final class OptionsObjects {
    private OptionsObjects() {}

    private static ObjectNode options(String kind, boolean dryRun) {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        options.put("kind", kind).put("apiVersion", "meta.k8s.io/v1");
        if (dryRun) {
            options.putArray("dryRun").add("All");
        }
        return options;
    }

    /** @param kind CreateOptions or UpdateOptions */
    static ObjectNode of(String kind, WriteOptions given) {
        ObjectNode options = options(kind, given.dryRun());
        if (!given.fieldManager().isEmpty()) {
            options.put("fieldManager", given.fieldManager());
        }
        if (given.fieldValidation() != FieldValidation.WARN) {
            options.put("fieldValidation", given.fieldValidation() == FieldValidation.STRICT ? "Strict" : "Ignore");
        }
        return options;
    }

    static ObjectNode of(DeleteOptions given) {
        ObjectNode options = options("DeleteOptions", given.dryRun());
        given.gracePeriodSeconds().ifPresent(seconds -> options.put("gracePeriodSeconds", seconds));
        if (given.uid().isPresent() || given.resourceVersion().isPresent()) {
            ObjectNode preconditions = options.putObject("preconditions");
            given.uid().ifPresent(uid -> preconditions.put("uid", uid));
            given.resourceVersion().ifPresent(version -> preconditions.put("resourceVersion", version));
        }
        given.propagation()
                .ifPresent(policy -> options.put(
                        "propagationPolicy",
                        switch (policy) {
                            case ORPHAN -> "Orphan";
                            case BACKGROUND -> "Background";
                            case FOREGROUND -> "Foreground";
                        }));
        return options;
    }
}
