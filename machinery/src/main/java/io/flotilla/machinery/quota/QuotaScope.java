package io.flotilla.machinery.quota;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A quota's demand on the objects that it counts: a scope by itself, or one with an operator and values. */
public record QuotaScope(String name, String operator, Set<String> values) {

    /** Returns all demands of a quota, {@code scopes} and {@code scopeSelector} alike; an object must meet each. */
    public static List<QuotaScope> of(JsonNode quota) {
        JsonNode spec = quota.path("spec");
        List<QuotaScope> scopes = new ArrayList<>();
        spec.path("scopes").forEach(name -> scopes.add(new QuotaScope(name.asText(), "Exists", Set.of())));
        for (JsonNode each : spec.path("scopeSelector").path("matchExpressions")) {
            Set<String> values = new HashSet<>();
            each.path("values").forEach(value -> values.add(value.asText()));
            scopes.add(new QuotaScope(
                    each.path("scopeName").asText(), each.path("operator").asText(), values));
        }
        return scopes;
    }

    /** Whether the value, empty for none, is one that the operator asks for. */
    boolean accepts(String value) {
        return switch (operator) {
            case "In" -> values.contains(value);
            case "NotIn" -> !values.contains(value);
            case "Exists" -> !value.isEmpty();
            default -> value.isEmpty();
        };
    }
}
