package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plugin that has to do with new pods only. */
abstract class PodAdmission implements Admission {
    static final String MIRROR = "kubernetes.io/config.mirror";
    static final List<String> CONTAINERS = List.of("containers", "initContainers");

    @Override
    public final boolean handles(String group, String resource) {
        return group.isEmpty() && resource.equals("pods");
    }

    @Override
    public final void admit(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (old == null && object.get("spec") instanceof ObjectNode spec) {
            admitNew(context, object, spec);
        }
    }

    abstract void admitNew(WriteContext context, ObjectNode pod, ObjectNode spec);

    static boolean isMirror(ObjectNode pod) {
        return pod.path("metadata").path("annotations").has(MIRROR);
    }

    static StatusException forbidden(WriteContext context, JsonNode pod, String why) {
        String name = pod.path("metadata").path("name").asText("");
        return StatusException.forbidden(
                context.resource(),
                name.isEmpty() ? pod.path("metadata").path("generateName").asText("") : name,
                why);
    }
}
