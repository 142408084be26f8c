package io.flotilla.apiserver.schema;

import static io.flotilla.apiserver.schema.FunctionDefaults.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The defaults of a Pod as a whole: resources of its containers and of itself, host ports. */
final class PodDefaults {
    private static final String HUGE_PAGES = "hugepages-";

    private PodDefaults() {}

    static void apply(ObjectNode pod) {
        FunctionDefaults.removeRetiredAnnotations(pod);
        if (!(pod.get("spec") instanceof ObjectNode spec)) {
            return;
        }
        if (spec.path("terminationGracePeriodSeconds").asLong() < 0) {
            spec.put("terminationGracePeriodSeconds", 1);
        }
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(list)) {
                if (container.get("resources") instanceof ObjectNode resources) {
                    copyMissing(resources, "limits", "requests", null);
                }
                if (spec.path("hostNetwork").asBoolean()) {
                    hostPorts(container);
                }
            }
        }
        if (spec.get("resources") instanceof ObjectNode resources
                && !(resources.path("limits").isEmpty()
                        && resources.path("requests").isEmpty())) {
            podResources(spec, resources);
        }
    }

    private static void hostPorts(JsonNode container) {
        for (JsonNode each : container.path("ports")) {
            if (each instanceof ObjectNode port
                    && DefaultRule.isZero(port.get("hostPort"))
                    && port.has("containerPort")) {
                port.set("hostPort", port.get("containerPort"));
            }
        }
    }

    private static void copyMissing(ObjectNode resources, String from, String to, @Nullable Set<String> names) {
        for (Map.Entry<String, JsonNode> entry : resources.path(from).properties()) {
            String name = entry.getKey();
            if (names == null || names.contains(name) || name.startsWith(HUGE_PAGES)) {
                ObjectNode target = resources.get(to) instanceof ObjectNode node ? node : resources.putObject(to);
                if (!target.has(name)) {
                    target.set(name, entry.getValue());
                }
            }
        }
    }

    /** Pod-level resources (KEP-2837): what is left open follows from the containers, then from the limits. */
    private static void podResources(ObjectNode spec, ObjectNode resources) {
        for (String name : names(spec, "limits")) {
            if (name.startsWith(HUGE_PAGES)
                    && !resources.path("requests").has(name)
                    && !resources.path("limits").has(name)) {
                put(resources, "limits", name, effective(spec, "limits", name));
            }
        }
        if (!resources.path("limits").isEmpty()) {
            for (String name : names(spec, "requests")) {
                if ((name.equals("cpu") || name.equals("memory"))
                        && !resources.path("requests").has(name)) {
                    put(resources, "requests", name, effective(spec, "requests", name));
                }
            }
        }
        copyMissing(resources, "limits", "requests", Set.of("cpu", "memory"));
    }

    private static void put(ObjectNode resources, String list, String name, String value) {
        ObjectNode target = resources.get(list) instanceof ObjectNode node ? node : resources.putObject(list);
        target.put(name, value);
    }

    private static Set<String> names(ObjectNode spec, String list) {
        Set<String> names = new LinkedHashSet<>();
        for (String containers : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(containers)) {
                container.path("resources").path(list).fieldNames().forEachRemaining(names::add);
            }
        }
        return names;
    }

    /** What the pod needs of a resource at once: init containers run one by one beside the sidecars started so far. */
    private static String effective(ObjectNode spec, String list, String name) {
        String example = "0";
        BigDecimal running = BigDecimal.ZERO;
        for (JsonNode container : spec.path("containers")) {
            String value = text(container.path("resources").path(list), name);
            if (!value.isEmpty()) {
                running = running.add(Quantities.value(value));
                example = value;
            }
        }
        BigDecimal sidecars = BigDecimal.ZERO;
        BigDecimal peak = BigDecimal.ZERO;
        for (JsonNode container : spec.path("initContainers")) {
            String value = text(container.path("resources").path(list), name);
            BigDecimal amount = value.isEmpty() ? BigDecimal.ZERO : Quantities.value(value);
            example = value.isEmpty() ? example : value;
            if (text(container, "restartPolicy").equals("Always")) {
                sidecars = sidecars.add(amount);
                peak = peak.max(sidecars);
            } else {
                peak = peak.max(sidecars.add(amount));
            }
        }
        return Quantities.canonical(running.add(sidecars).max(peak), example);
    }
}
