package io.flotilla.apiserver.admission.matching;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.registry.Reviews.Operation;
import io.flotilla.apiserver.registry.Reviews.Write;
import io.flotilla.apiserver.schema.ResourceInfo;

/** What rules are held against: the resource, under one of its names, and what is done to it. */
public record Place(Operation operation, ResourceInfo resource, String subresource, String namespace) {

    /** The place of the write. */
    public static Place of(Write write) {
        return new Place(write.operation(), write.resource(), write.subresource(), write.namespace());
    }

    Place as(ResourceInfo other) {
        return new Place(operation, other, subresource, namespace);
    }

    /** Whether the RuleWithOperations matches. */
    public boolean matches(JsonNode rule) {
        return inScope(rule.path("scope").asText("*"))
                && contains(rule.path("operations"), operation.name())
                && contains(rule.path("apiGroups"), resource.group())
                && contains(rule.path("apiVersions"), resource.version())
                && isResource(rule.path("resources"));
    }

    /** Whether the write is about a namespace itself. */
    public boolean isNamespace() {
        return resource.group().isEmpty() && resource.resource().equals("namespaces");
    }

    private boolean inScope(String scope) {
        boolean namespaced = !namespace.isEmpty() && !isNamespace();
        return switch (scope) {
            case "Namespaced" -> namespaced;
            case "Cluster" -> !namespaced;
            default -> true;
        };
    }

    private static boolean contains(JsonNode values, String value) {
        for (JsonNode each : values) {
            if (each.asText().equals("*") || each.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }

    private boolean isResource(JsonNode names) {
        for (JsonNode each : names) {
            String[] parts = each.asText().split("/", 2);
            String asked = parts.length > 1 ? parts[1] : "";
            boolean named = parts[0].equals("*") || parts[0].equals(resource.resource());
            if (named && (asked.equals("*") || asked.equals(subresource))) {
                return true;
            }
        }
        return false;
    }
}
