package io.flotilla.apiserver.registry.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.patch.ScaleFields;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.ScaleHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** {@code scale} as autoscaling/v1 Scale, for every workload with a count of replicas. */
public final class Scale implements ScaleHandler {
    private static final List<String> REPLICAS = List.of("spec", "replicas");
    private static final ScaleFields FIELDS = new ScaleFields(Map.of(
            "v1", REPLICAS,
            "apps/v1", REPLICAS,
            "apps/v1beta1", REPLICAS,
            "apps/v1beta2", REPLICAS,
            "extensions/v1beta1", REPLICAS));

    @Override
    public ObjectNode read(WriteContext context) {
        return view(Changes.read(context));
    }

    @Override
    public ObjectNode update(WriteContext context, UnaryOperator<ObjectNode> change) {
        return view(Changes.apply(context, workload -> {
            ObjectNode shown = view(workload);
            FIELDS.show(workload, shown);
            ObjectNode scale = change.apply(shown);
            long replicas = replicas(context, scale);
            Changes.check(context, scale, workload);
            FIELDS.settle(scale, workload, context.resource().apiVersion());
            ObjectNode spec = Trees.child(workload, "spec");
            if (spec.path("replicas").longValue() != replicas || !spec.has("replicas")) {
                spec.put("replicas", replicas);
                ObjectNode metadata = Trees.child(workload, "metadata");
                metadata.put("generation", metadata.path("generation").longValue() + 1);
            }
            return workload;
        }));
    }

    /** The count that a Scale asks for, of the object that the request names. */
    public static long replicas(WriteContext context, ObjectNode scale) {
        Field root = Field.of(scale);
        String named = root.at("metadata").text("name");
        if (!named.isEmpty() && !named.equals(context.name())) {
            throw StatusException.badRequest("the name of the object (" + named
                    + ") does not match the name on the URL (" + context.name() + ")");
        }
        Findings findings = new Findings();
        findings.nonNegative(root.at("spec", "replicas"));
        if (!findings.isEmpty()) {
            throw StatusException.invalid("autoscaling", "Scale", context.name(), findings.list());
        }
        return root.at("spec").number("replicas");
    }

    private static ObjectNode view(ObjectNode workload) {
        return view(
                workload,
                workload.path("spec").path("replicas").longValue(),
                workload.path("status").path("replicas").longValue(),
                selector(workload.path("spec").path("selector")));
    }

    /** The Scale of an object: what it wants, what it has, and which pods they are, as text, empty where that is not known. */
    public static ObjectNode view(ObjectNode object, long wanted, long present, String selector) {
        ObjectNode scale = JsonNodeFactory.instance.objectNode();
        scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode metadata = scale.putObject("metadata");
        for (String name : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            Trees.restore(metadata, Trees.child(object, "metadata"), name);
        }
        ObjectNode spec = scale.putObject("spec");
        if (wanted != 0) {
            spec.put("replicas", (int) wanted);
        }
        ObjectNode status = scale.putObject("status");
        status.put("replicas", (int) present);
        if (!selector.isEmpty()) {
            status.put("selector", selector);
        }
        return scale;
    }

    /** A selector, plain or a LabelSelector, as the text that queries take. */
    static String selector(JsonNode selector) {
        List<String> parts = new ArrayList<>();
        boolean plain = !selector.has("matchLabels") && !selector.has("matchExpressions");
        for (Map.Entry<String, JsonNode> pair : (plain ? selector : selector.path("matchLabels")).properties()) {
            parts.add(pair.getKey() + "=" + pair.getValue().asText());
        }
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = expression.path("key").asText();
            List<String> values =
                    Field.of(expression).at("values").texts().stream().sorted().toList();
            parts.add(
                    switch (expression.path("operator").asText()) {
                        case "In" -> key + " in (" + String.join(",", values) + ")";
                        case "NotIn" -> key + " notin (" + String.join(",", values) + ")";
                        case "Exists" -> key;
                        default -> "!" + key;
                    });
        }
        parts.sort(String::compareTo);
        return String.join(",", parts);
    }
}
