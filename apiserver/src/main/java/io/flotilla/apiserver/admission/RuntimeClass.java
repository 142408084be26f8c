package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Map;

/** Takes over what a pod's runtime class says of overhead and of the nodes that know the runtime. */
public final class RuntimeClass extends PodAdmission {
    private final Resources resources;

    public RuntimeClass(Resources resources) {
        this.resources = resources;
    }

    @Override
    public String name() {
        return "RuntimeClass";
    }

    @Override
    void admitNew(WriteContext context, ObjectNode pod, ObjectNode spec) {
        String name = Trees.text(spec, "runtimeClassName");
        if (name.isEmpty()) {
            if (!spec.path("overhead").isEmpty()) {
                throw forbidden(
                        context,
                        pod,
                        "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
            }
            return;
        }
        ResourceInfo classes = resources.of("node.k8s.io", "runtimeclasses");
        ObjectNode found = context.store()
                .cached(classes, "", name)
                .or(() -> context.store().get(classes, "", name))
                .orElseThrow(() -> forbidden(context, pod, "pod rejected: RuntimeClass \"" + name + "\" not found"));
        JsonNode overhead = found.path("overhead").path("podFixed");
        JsonNode own = spec.path("overhead");
        if (!own.isEmpty() && !Trees.same(own, overhead)) {
            throw forbidden(context, pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }
        if (!overhead.isEmpty()) {
            spec.set("overhead", overhead.deepCopy());
        }
        schedule(context, pod, spec, found.path("scheduling"));
    }

    private static void schedule(WriteContext context, ObjectNode pod, ObjectNode spec, JsonNode scheduling) {
        for (Map.Entry<String, JsonNode> pair : scheduling.path("nodeSelector").properties()) {
            JsonNode present = spec.path("nodeSelector").path(pair.getKey());
            if (present.isTextual() && !present.equals(pair.getValue())) {
                throw forbidden(
                        context,
                        pod,
                        "conflict: runtimeClass.scheduling.nodeSelector[" + pair.getKey() + "] = "
                                + pair.getValue().asText() + "; pod.spec.nodeSelector[" + pair.getKey() + "] = "
                                + present.asText());
            }
            Trees.child(spec, "nodeSelector").set(pair.getKey(), pair.getValue());
        }
        for (JsonNode toleration : scheduling.path("tolerations")) {
            ArrayNode tolerations =
                    spec.get("tolerations") instanceof ArrayNode present ? present : spec.putArray("tolerations");
            tolerations.add(toleration.deepCopy());
        }
    }
}
