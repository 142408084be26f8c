package io.flotilla.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.schema.Quantities;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Cells of metrics.k8s.io: what a node uses, and what the containers of a pod use together. */
final class UsageCells {
    private UsageCells() {}

    static List<Object> node(JsonNode object, Ages ages) {
        JsonNode usage = object.path("usage");
        return List.of(
                Cells.name(object),
                Cells.text(usage, "cpu"),
                Cells.text(usage, "memory"),
                Cells.text(object, "window"));
    }

    static List<Object> pod(JsonNode object, Ages ages) {
        List<JsonNode> usages = new ArrayList<>();
        object.path("containers").forEach(each -> usages.add(each.path("usage")));
        return List.of(Cells.name(object), sum(usages, "cpu"), sum(usages, "memory"), Cells.text(object, "window"));
    }

    private static String sum(List<JsonNode> usages, String resource) {
        if (usages.isEmpty()) {
            return "";
        }
        BigDecimal sum = usages.stream()
                .map(each -> Quantities.value(each.path(resource).asText("0")))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        return Quantities.canonical(sum, usages.getFirst().path(resource).asText("0"));
    }
}
