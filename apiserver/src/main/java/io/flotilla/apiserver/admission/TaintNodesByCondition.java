package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import org.jspecify.annotations.Nullable;

/** A new node takes no pods until a controller has seen it ready. */
public final class TaintNodesByCondition implements Admission {
    private static final String NOT_READY = "node.kubernetes.io/not-ready";

    @Override
    public String name() {
        return "TaintNodesByCondition";
    }

    @Override
    public boolean handles(String group, String resource) {
        return group.isEmpty() && resource.equals("nodes");
    }

    @Override
    public void admit(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (old != null) {
            return;
        }
        ObjectNode spec = Trees.child(object, "spec");
        for (JsonNode taint : spec.path("taints")) {
            if (taint.path("key").asText().equals(NOT_READY)
                    && taint.path("effect").asText().equals("NoSchedule")) {
                return;
            }
        }
        ArrayNode taints = spec.get("taints") instanceof ArrayNode present ? present : spec.putArray("taints");
        taints.addObject().put("key", NOT_READY).put("effect", "NoSchedule");
    }
}
