package io.flotilla.apiserver.usage;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Two samples of a node, the later one as new as clients may expect. */
record Samples(Sample earlier, Sample later) {

    Optional<Rate> node() {
        return Rate.between(earlier.node(), later.node());
    }

    /**
     * What the containers of a pod used, by name. Empty while one of them has been seen but once, as after its start: the
     * sum over the others would pass for the pod's. One whose counter has fallen is left out.
     */
    Map<String, Rate> pod(String key) {
        Map<String, Counter> before = earlier.pods().getOrDefault(key, Map.of());
        Map<String, Rate> rates = new TreeMap<>();
        for (Map.Entry<String, Counter> each :
                later.pods().getOrDefault(key, Map.of()).entrySet()) {
            Optional<Counter> same =
                    Optional.ofNullable(before.get(each.getKey())).filter(each.getValue()::follows);
            if (same.isEmpty()) {
                return Map.of();
            }
            Rate.between(same.get(), each.getValue()).ifPresent(rate -> rates.put(each.getKey(), rate));
        }
        return rates;
    }
}
