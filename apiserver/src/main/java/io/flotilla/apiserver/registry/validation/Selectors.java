package io.flotilla.apiserver.registry.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Label selectors: their rules, and whether they match. */
public final class Selectors {
    private Selectors() {}

    /** Checks a LabelSelector. */
    public static void check(Field selector, Findings findings) {
        if (!selector.isSet()) {
            return;
        }
        Metadata.labels(selector.at("matchLabels"), findings);
        for (Field requirement : selector.at("matchExpressions").items()) {
            Field values = requirement.at("values");
            switch (requirement.text("operator")) {
                case "In", "NotIn" -> {
                    if (values.isEmpty()) {
                        findings.required(values, "must be specified when `operator` is 'In' or 'NotIn'");
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (!values.isEmpty()) {
                        findings.forbidden(
                                values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    }
                }
                default ->
                    findings.invalid(
                            requirement.at("operator"), requirement.text("operator"), "not a valid selector operator");
            }
            findings.invalid(requirement.at("key"), requirement.text("key"), Names.qualified(requirement.text("key")));
            for (Field value : values.items()) {
                findings.invalid(value, Names.labelValue(value.text()));
            }
        }
    }

    /** Whether a LabelSelector selects everything: it is there and says nothing. */
    public static boolean isEmpty(Field selector) {
        return selector.at("matchLabels").isEmpty()
                && selector.at("matchExpressions").isEmpty();
    }

    /** Whether the LabelSelector matches the labels; one that is absent matches nothing. */
    public static boolean matches(JsonNode selector, JsonNode labels) {
        if (!selector.isObject()) {
            return false;
        }
        if (!matchesAll(selector.path("matchLabels"), labels)) {
            return false;
        }
        for (JsonNode requirement : selector.path("matchExpressions")) {
            JsonNode label = labels.path(requirement.path("key").asText());
            boolean holds = switch (requirement.path("operator").asText()) {
                case "In" -> contains(requirement.path("values"), label);
                case "NotIn" -> !contains(requirement.path("values"), label);
                case "Exists" -> label.isTextual();
                case "DoesNotExist" -> !label.isTextual();
                default -> false;
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    /** Whether every pair of the plain selector is among the labels. */
    public static boolean matchesAll(JsonNode selector, JsonNode labels) {
        for (Map.Entry<String, JsonNode> pair : selector.properties()) {
            if (!labels.path(pair.getKey()).equals(pair.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean contains(JsonNode values, JsonNode label) {
        for (JsonNode value : values) {
            if (value.equals(label)) {
                return true;
            }
        }
        return false;
    }
}
