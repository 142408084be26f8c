package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Quantity;
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
    public static QosClass of(Field spec) {
        Map<String, Quantity> requests = new TreeMap<>();
        Map<String, Quantity> limits = new TreeMap<>();
        boolean guaranteed = true;
        List<Field> holders = new ArrayList<>();
        if (!spec.at("resources", "requests").isEmpty()
                || !spec.at("resources", "limits").isEmpty()) {
            holders.add(spec);
        } else {
            holders.addAll(spec.at("containers").items());
            holders.addAll(spec.at("initContainers").items());
        }
        for (Field holder : holders) {
            add(requests, holder.at("resources", "requests"));
            Set<String> limited = add(limits, holder.at("resources", "limits"));
            guaranteed &= limited.size() == COMPUTE.size();
        }
        if (requests.isEmpty() && limits.isEmpty()) {
            return BEST_EFFORT;
        }
        return guaranteed && requests.equals(limits) ? GUARANTEED : BURSTABLE;
    }

    private static Set<String> add(Map<String, Quantity> sums, Field amounts) {
        Set<String> found = new HashSet<>();
        for (String name : COMPUTE) {
            Quantity amount = Quantity.read(amounts.key(name));
            if (amount.signum() > 0) {
                sums.merge(name, amount, Quantity::plus);
                found.add(name);
            }
        }
        return found;
    }
}
