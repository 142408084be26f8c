package io.flotilla.apiserver.extension.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.schema.Times;
import java.time.Instant;

/** What is known of an APIService's availability; its condition of type Available. */
record Condition(String status, String reason, String message) {
    static final String TYPE = "Available";
    static final Condition LOCAL = new Condition("True", "Local", "Local APIServices are always available");
    static final Condition PASSED = new Condition("True", "Passed", "all checks passed");

    static Condition not(String reason, String message) {
        return new Condition("False", reason, message);
    }

    boolean isTrue() {
        return status.equals("True");
    }

    /** Whether the object says the same. */
    boolean stands(JsonNode object) {
        for (JsonNode each : object.path("status").path("conditions")) {
            if (each.path("type").asText("").equals(TYPE)) {
                return each.path("status").asText("").equals(status)
                        && each.path("reason").asText("").equals(reason)
                        && each.path("message").asText("").equals(message);
            }
        }
        return false;
    }

    /** Makes the object say it; since when is remembered. */
    ObjectNode writeInto(ObjectNode object, Instant now) {
        ArrayNode conditions = Trees.child(object, "status").withArray("conditions");
        ObjectNode condition = null;
        for (JsonNode each : conditions) {
            if (each.path("type").asText("").equals(TYPE)) {
                condition = (ObjectNode) each;
            }
        }
        if (condition == null) {
            condition = conditions.addObject().put("type", TYPE);
        }
        if (!condition.path("status").asText("").equals(status)) {
            condition.put("lastTransitionTime", Times.format(now));
        }
        condition.put("status", status).put("reason", reason).put("message", message);
        return object;
    }
}
