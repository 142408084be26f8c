package io.flotilla.scheduler.object;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pod takes of its node: its containers and sidecars together, or the hungriest moment of its initialisation if
 * that is more, and the overhead of its runtime class. Requests of the pod itself count instead of its containers'.
 */
final class PodRequests {
    private static final String GUESSED_CPU = "100m";
    private static final String GUESSED_MEMORY = "200Mi";

    private PodRequests() {}

    static Resources of(PodDocument.Spec spec) {
        return total(spec, false);
    }

    /** Counts a guess for each container that requests no CPU or no memory, so that such pods are spread as well. */
    static Resources forScoring(PodDocument.Spec spec) {
        return total(spec, true);
    }

    static boolean isSidecar(PodDocument.Container initContainer) {
        return "Always".equals(initContainer.restartPolicy());
    }

    private static Resources total(PodDocument.Spec spec, boolean guess) {
        Resources sum = Resources.ZERO;
        for (PodDocument.Container container : PodSpec.list(spec.containers())) {
            sum = sum.plus(of(container, guess));
        }
        Resources sidecars = Resources.ZERO;
        Resources initialisation = Resources.ZERO;
        for (PodDocument.Container container : PodSpec.list(spec.initContainers())) {
            Resources requests = of(container, guess);
            if (isSidecar(container)) {
                sum = sum.plus(requests);
                sidecars = sidecars.plus(requests);
                initialisation = initialisation.max(sidecars);
            } else {
                initialisation = initialisation.max(sidecars.plus(requests));
            }
        }
        return ofPod(sum.max(initialisation), spec.resources()).plus(Resources.of(spec.overhead()));
    }

    private static Resources of(PodDocument.Container container, boolean guess) {
        Map<String, String> requests =
                container.resources() == null ? null : container.resources().requests();
        if (!guess) {
            return Resources.of(requests);
        }
        Map<String, String> guessed = requests == null ? new HashMap<>() : new HashMap<>(requests);
        guessed.putIfAbsent("cpu", GUESSED_CPU);
        guessed.putIfAbsent("memory", GUESSED_MEMORY);
        return Resources.of(guessed);
    }

    private static Resources ofPod(Resources containers, PodDocument.@Nullable Requirements pod) {
        Map<String, String> requests = pod == null ? null : pod.requests();
        if (requests == null || requests.isEmpty()) {
            return containers;
        }
        Resources given = Resources.of(requests);
        Map<String, Long> extended = new HashMap<>(containers.extended());
        given.extended().forEach((name, amount) -> {
            if (name.startsWith("hugepages-")) {
                extended.put(name, amount);
            }
        });
        return new Resources(
                requests.containsKey("cpu") ? given.milliCpu() : containers.milliCpu(),
                requests.containsKey("memory") ? given.memory() : containers.memory(),
                containers.ephemeralStorage(),
                Map.copyOf(extended));
    }
}
