package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Turns {@code matchLabelKeys} and {@code mismatchLabelKeys} of a new pod into requirements of its label selectors, with
 * the pod's own values (KEP-3243, KEP-3633).
 */
final class MatchLabelKeys {
    private MatchLabelKeys() {}

    static void apply(ObjectNode pod) {
        JsonNode labels = pod.path("metadata").path("labels");
        JsonNode spec = pod.path("spec");
        for (JsonNode constraint : spec.path("topologySpreadConstraints")) {
            merge(constraint, "matchLabelKeys", "In", labels);
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            JsonNode affinity = spec.path("affinity").path(kind);
            for (JsonNode term : affinity.path("requiredDuringSchedulingIgnoredDuringExecution")) {
                mergeTerm(term, labels);
            }
            for (JsonNode term : affinity.path("preferredDuringSchedulingIgnoredDuringExecution")) {
                mergeTerm(term.path("podAffinityTerm"), labels);
            }
        }
    }

    private static void mergeTerm(JsonNode term, JsonNode labels) {
        merge(term, "matchLabelKeys", "In", labels);
        merge(term, "mismatchLabelKeys", "NotIn", labels);
    }

    private static void merge(JsonNode holder, String list, String operator, JsonNode labels) {
        if (!(holder.path("labelSelector") instanceof ObjectNode selector)) {
            return;
        }
        for (JsonNode key : holder.path(list)) {
            JsonNode value = labels.path(key.asText());
            if (!value.isTextual() || selects(selector, key)) {
                continue;
            }
            ArrayNode expressions = selector.get("matchExpressions") instanceof ArrayNode present
                    ? present
                    : selector.putArray("matchExpressions");
            ObjectNode requirement = expressions.addObject();
            requirement.put("key", key.asText());
            requirement.put("operator", operator);
            requirement.putArray("values").add(value.asText());
        }
    }

    private static boolean selects(ObjectNode selector, JsonNode key) {
        if (selector.path("matchLabels").has(key.asText())) {
            return true;
        }
        for (JsonNode expression : selector.path("matchExpressions")) {
            if (expression.path("key").equals(key)) {
                return true;
            }
        }
        return false;
    }
}
