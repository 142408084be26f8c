package io.flotilla.apiserver.registry.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Conversion;
import io.flotilla.apiserver.registry.validation.Trees;
import org.jspecify.annotations.Nullable;

/**
 * Autoscalers of autoscaling/v1, stored as v2. What v1 cannot say (metrics but cpu utilisation, behaviour, conditions)
 * travels in annotations.
 */
public final class AutoscalerConversion implements Conversion {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String METRICS = "autoscaling.alpha.kubernetes.io/metrics";
    private static final String CURRENT = "autoscaling.alpha.kubernetes.io/current-metrics";
    private static final String CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
    private static final String BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
    private static final String V1 = "autoscaling/v1";

    @Override
    public void toStorage(ObjectNode object, String fromVersion) {
        if (!fromVersion.equals(V1)) {
            return;
        }
        ObjectNode spec = Trees.child(object, "spec");
        JsonNode target = spec.remove("targetCPUUtilizationPercentage");
        ArrayNode metrics = spec.putArray("metrics");
        if (target != null && target.isNumber()) {
            addCpu(metrics, "target", target);
        }
        unpack(object, METRICS, spec, "metrics", metrics);
        unpack(object, BEHAVIOR, spec, "behavior", null);
        if (metrics.isEmpty()) {
            spec.remove("metrics");
        }
        if (object.get("status") instanceof ObjectNode status) {
            JsonNode current = status.remove("currentCPUUtilizationPercentage");
            ArrayNode now = status.putArray("currentMetrics");
            if (current != null && current.isNumber()) {
                addCpu(now, "current", current);
            }
            unpack(object, CURRENT, status, "currentMetrics", now);
            unpack(object, CONDITIONS, status, "conditions", null);
            if (now.isEmpty()) {
                // As v2 prints an empty list that it always prints.
                status.putNull("currentMetrics");
            }
        }
    }

    private static void addCpu(ArrayNode metrics, String which, JsonNode utilization) {
        ObjectNode metric = metrics.addObject().put("type", "Resource");
        ObjectNode value = metric.putObject("resource").put("name", "cpu").putObject(which);
        if (which.equals("target")) {
            value.put("type", "Utilization");
        }
        value.set("averageUtilization", utilization);
    }

    private static void unpack(
            ObjectNode object, String annotation, ObjectNode holder, String name, @Nullable ArrayNode list) {
        if (!(object.path("metadata").path("annotations") instanceof ObjectNode annotations)) {
            return;
        }
        JsonNode text = annotations.remove(annotation);
        if (annotations.isEmpty()) {
            Trees.child(object, "metadata").remove("annotations");
        }
        if (text == null) {
            return;
        }
        try {
            JsonNode value = JSON.readTree(text.asText());
            if (list != null && value instanceof ArrayNode more) {
                list.addAll(more);
            } else {
                holder.set(name, value);
            }
        } catch (JsonProcessingException e) {
            // Someone else wrote that annotation: there is nothing in it for us.
            annotations.set(annotation, text);
        }
    }

    @Override
    public void fromStorage(ObjectNode object, String toVersion) {
        if (!toVersion.equals(V1)) {
            return;
        }
        ObjectNode spec = Trees.child(object, "spec");
        takeCpu(object, spec, "metrics", "target", "targetCPUUtilizationPercentage", METRICS);
        pack(object, spec, "behavior", BEHAVIOR);
        if (object.get("status") instanceof ObjectNode status) {
            takeCpu(object, status, "currentMetrics", "current", "currentCPUUtilizationPercentage", CURRENT);
            pack(object, status, "conditions", CONDITIONS);
        }
    }

    private static void takeCpu(
            ObjectNode object, ObjectNode holder, String list, String which, String field, String annotation) {
        ArrayNode rest = JSON.createArrayNode();
        for (JsonNode metric : holder.path(list)) {
            JsonNode utilization = metric.path("resource").path(which).path("averageUtilization");
            boolean cpu = metric.path("type").asText().equals("Resource")
                    && metric.path("resource").path("name").asText().equals("cpu");
            if (cpu && utilization.isNumber() && !holder.has(field)) {
                holder.set(field, utilization);
            } else {
                rest.add(metric);
            }
        }
        holder.remove(list);
        if (!rest.isEmpty()) {
            annotate(object, annotation, rest);
        }
    }

    private static void pack(ObjectNode object, ObjectNode holder, String name, String annotation) {
        JsonNode value = holder.remove(name);
        if (value != null && !value.isEmpty()) {
            annotate(object, annotation, value);
        }
    }

    private static void annotate(ObjectNode object, String annotation, JsonNode value) {
        Trees.child(Trees.child(object, "metadata"), "annotations").put(annotation, value.toString());
    }
}
