package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Trees;
import java.time.Instant;

/** Conditions of a pod that the API server sets itself. */
final class PodConditions {
    private PodConditions() {}

    /** Sets a condition; empty texts are left out. */
    static void set(ObjectNode pod, String type, String status, String reason, String message, Instant now) {
        ObjectNode holder = Trees.child(pod, "status");
        ArrayNode conditions =
                holder.get("conditions") instanceof ArrayNode present ? present : holder.putArray("conditions");
        ObjectNode condition = null;
        for (JsonNode each : conditions) {
            if (each.path("type").asText().equals(type)) {
                condition = (ObjectNode) each;
            }
        }
        if (condition == null) {
            condition = conditions.addObject().put("type", type);
            condition.putNull("lastProbeTime");
        }
        if (!condition.path("status").asText().equals(status)) {
            condition.put("lastTransitionTime", now.toString());
        }
        condition.put("status", status);
        putOrRemove(condition, "reason", reason);
        putOrRemove(condition, "message", message);
        JsonNode generation = pod.path("metadata").path("generation");
        if (generation.longValue() > 0) {
            condition.put("observedGeneration", generation.longValue());
        }
    }

    private static void putOrRemove(ObjectNode condition, String name, String value) {
        if (value.isEmpty()) {
            condition.remove(name);
        } else {
            condition.put(name, value);
        }
    }
}
