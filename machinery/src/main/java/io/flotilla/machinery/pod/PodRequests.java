package io.flotilla.machinery.pod;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.machinery.object.Quantity;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a pod asks for as a whole: the sum of its containers and sidecars, or the largest of its init containers beside
 * the sidecars started before it, whichever is more (KEP-753). Reads the pod's spec.
 */
public final class PodRequests {
    private PodRequests() {}

    /** Requests of the pod: of the pod as a whole where it says so, and with its overhead. */
    public static Map<String, Quantity> requests(JsonNode spec) {
        return total(spec, "requests");
    }

    public static Map<String, Quantity> limits(JsonNode spec) {
        return total(spec, "limits");
    }

    /** Requests of the containers alone, whatever the pod as a whole says. */
    public static Map<String, Quantity> ofContainers(JsonNode spec) {
        return aggregate(spec, "requests");
    }

    private static Map<String, Quantity> total(JsonNode spec, String which) {
        Map<String, Quantity> total = aggregate(spec, which);
        for (var own : spec.path("resources").path(which).properties()) {
            total.put(own.getKey(), Quantity.read(own.getValue()));
        }
        for (var overhead : spec.path("overhead").properties()) {
            if (which.equals("requests") || total.containsKey(overhead.getKey())) {
                total.merge(overhead.getKey(), Quantity.read(overhead.getValue()), Quantity::plus);
            }
        }
        return total;
    }

    private static Map<String, Quantity> aggregate(JsonNode spec, String which) {
        Map<String, Quantity> running = new TreeMap<>();
        for (JsonNode container : spec.path("containers")) {
            add(running, container, which);
        }
        Map<String, Quantity> sidecars = new TreeMap<>();
        Map<String, Quantity> starting = new TreeMap<>();
        for (JsonNode container : spec.path("initContainers")) {
            if (container.path("restartPolicy").asText().equals("Always")) {
                add(running, container, which);
                add(sidecars, container, which);
                sidecars.forEach((name, amount) -> starting.merge(name, amount, Quantity::max));
            } else {
                for (var amount : container.path("resources").path(which).properties()) {
                    Quantity beside = sidecars.getOrDefault(amount.getKey(), Quantity.ZERO);
                    starting.merge(
                            amount.getKey(), Quantity.read(amount.getValue()).plus(beside), Quantity::max);
                }
            }
        }
        starting.forEach((name, amount) -> running.merge(name, amount, Quantity::max));
        return running;
    }

    private static void add(Map<String, Quantity> sum, JsonNode container, String which) {
        for (var amount : container.path("resources").path(which).properties()) {
            sum.merge(amount.getKey(), Quantity.read(amount.getValue()), Quantity::plus);
        }
    }
}
