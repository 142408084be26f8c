package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import java.util.Map;
import java.util.function.Consumer;

/** Node labels of old names still work; who selects by them is told of the new ones. */
final class NodeLabelWarnings {
    private static final Map<String, String> DEPRECATED = Map.of(
            "beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
            "beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "failure-domain.beta.kubernetes.io/region",
                    "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
            "failure-domain.beta.kubernetes.io/zone",
                    "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
            "beta.kubernetes.io/instance-type",
                    "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead");

    private NodeLabelWarnings() {}

    /** Warns of a label that is the key of an entry. */
    static void ofKey(Field entry, Consumer<String> warn) {
        String advice = DEPRECATED.get(entry.name());
        if (advice != null) {
            warn.accept(entry.path() + ": " + advice);
        }
    }

    /** Warns of a label that is a field's value. */
    static void ofValue(Field field, Consumer<String> warn) {
        String advice = DEPRECATED.get(field.text());
        if (advice != null) {
            warn.accept(field.path() + ": " + field.text() + " is " + advice);
        }
    }

    /** Warns of the labels in the expressions of a node selector's term. */
    static void ofTerm(Field term, Consumer<String> warn) {
        term.at("matchExpressions").items().forEach(expression -> ofValue(expression.at("key"), warn));
    }
}
