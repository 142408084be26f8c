package io.flotilla.machinery.pod;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.machinery.object.Quantity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A pod's quality of service: how the node treats it when memory runs short. */
public enum QosClass {
    GUARANTEED("Guaranteed"),
    BURSTABLE("Burstable"),
    BEST_EFFORT("BestEffort");

    private static final List<String> COMPUTE = List.of("cpu", "memory");

    private final String text;

    QosClass(String text) {
        this.text = text;
    }

    /** As it stands in {@code status.qosClass}. */
    public String text() {
        return text;
    }

    /** Derives the class from requests and limits of cpu and memory, of the pod as a whole where it has them. */
    public static QosClass of(JsonNode spec) {
        Map<String, Quantity> requests = new TreeMap<>();
        Map<String, Quantity> limits = new TreeMap<>();
        boolean guaranteed = true;
        List<JsonNode> holders = new ArrayList<>();
        JsonNode own = spec.path("resources");
        if (!own.path("requests").isEmpty() || !own.path("limits").isEmpty()) {
            holders.add(spec);
        } else {
            spec.path("containers").forEach(holders::add);
            spec.path("initContainers").forEach(holders::add);
        }
        for (JsonNode holder : holders) {
            add(requests, holder.path("resources").path("requests"));
            Set<String> limited = add(limits, holder.path("resources").path("limits"));
            guaranteed &= limited.size() == COMPUTE.size();
        }
        if (requests.isEmpty() && limits.isEmpty()) {
            return BEST_EFFORT;
        }
        return guaranteed && requests.equals(limits) ? GUARANTEED : BURSTABLE;
    }

    private static Set<String> add(Map<String, Quantity> sums, JsonNode amounts) {
        Set<String> found = new HashSet<>();
        for (String name : COMPUTE) {
            Quantity amount = Quantity.read(amounts.path(name));
            if (amount.signum() > 0) {
                sums.merge(name, amount, Quantity::plus);
                found.add(name);
            }
        }
        return found;
    }
}
