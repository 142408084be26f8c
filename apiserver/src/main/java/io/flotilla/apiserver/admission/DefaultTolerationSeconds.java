package io.flotilla.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.WriteContext;
import java.util.List;

/** A pod stays for five minutes on a node that is not ready or not reachable, unless it says otherwise. */
public final class DefaultTolerationSeconds extends PodAdmission {
    private static final long SECONDS = 300;

    @Override
    public String name() {
        return "DefaultTolerationSeconds";
    }

    @Override
    void admitNew(WriteContext context, ObjectNode pod, ObjectNode spec) {
        for (String key : List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")) {
            if (!tolerates(spec.path("tolerations"), key)) {
                ArrayNode tolerations =
                        spec.get("tolerations") instanceof ArrayNode present ? present : spec.putArray("tolerations");
                tolerations
                        .addObject()
                        .put("key", key)
                        .put("operator", "Exists")
                        .put("effect", "NoExecute")
                        .put("tolerationSeconds", SECONDS);
            }
        }
    }

    private static boolean tolerates(JsonNode tolerations, String key) {
        for (JsonNode each : tolerations) {
            String tolerated = each.path("key").asText("");
            String effect = each.path("effect").asText("");
            if ((tolerated.equals(key) || tolerated.isEmpty()) && (effect.equals("NoExecute") || effect.isEmpty())) {
                return true;
            }
        }
        return false;
    }
}
