package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Quantity;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a pod asks for as a whole: the sum of its containers and sidecars, or the largest of its init containers beside
 * the sidecars started before it, whichever is more (KEP-753).
 */
public final class PodRequests {
    private PodRequests() {}

    /** Requests of the pod: of the pod as a whole where it says so, and with its overhead. */
    public static Map<String, Quantity> requests(Field spec) {
        return total(spec, "requests");
    }

    public static Map<String, Quantity> limits(Field spec) {
        return total(spec, "limits");
    }

    static Map<String, Quantity> ofContainers(Field spec) {
        return aggregate(spec, "requests");
    }

    private static Map<String, Quantity> total(Field spec, String which) {
        Map<String, Quantity> total = aggregate(spec, which);
        for (Field own : spec.at("resources", which).entries()) {
            total.put(own.name(), Quantity.read(own));
        }
        for (Field overhead : spec.at("overhead").entries()) {
            if (which.equals("requests") || total.containsKey(overhead.name())) {
                total.merge(overhead.name(), Quantity.read(overhead), Quantity::plus);
            }
        }
        return total;
    }

    private static Map<String, Quantity> aggregate(Field spec, String which) {
        Map<String, Quantity> running = new TreeMap<>();
        for (Field container : spec.at("containers").items()) {
            add(running, container, which);
        }
        Map<String, Quantity> sidecars = new TreeMap<>();
        Map<String, Quantity> starting = new TreeMap<>();
        for (Field container : spec.at("initContainers").items()) {
            if (container.at("restartPolicy").is("Always")) {
                add(running, container, which);
                add(sidecars, container, which);
                sidecars.forEach((name, amount) -> starting.merge(name, amount, Quantity::max));
            } else {
                for (Field amount : container.at("resources", which).entries()) {
                    Quantity sum = Quantity.read(amount).plus(sidecars.getOrDefault(amount.name(), Quantity.ZERO));
                    starting.merge(amount.name(), sum, Quantity::max);
                }
            }
        }
        starting.forEach((name, amount) -> running.merge(name, amount, Quantity::max));
        return running;
    }

    private static void add(Map<String, Quantity> sum, Field container, String which) {
        for (Field amount : container.at("resources", which).entries()) {
            sum.merge(amount.name(), Quantity.read(amount), Quantity::plus);
        }
    }
}
