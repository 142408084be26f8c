package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;

/** The scale of a defined kind, whose definition says where its objects hold it. */
final class CustomScale implements SubresourceHandler {
    private final CustomStrategy strategy;
    private final String specText;
    private final JsonPath specReplicas;
    private final JsonPath statusReplicas;
    private final JsonPath selector;

    CustomScale(JsonNode scale, CustomStrategy strategy) {
        this.strategy = strategy;
        this.specText = scale.path("specReplicasPath").asText();
        this.specReplicas = JsonPath.parse(specText);
        this.statusReplicas = JsonPath.parse(scale.path("statusReplicasPath").asText());
        this.selector = JsonPath.parse(scale.path("labelSelectorPath").asText(""));
    }

    @Override
    public ObjectNode read(WriteContext context) {
        return view(Changes.read(context));
    }

    @Override
    public ObjectNode update(WriteContext context, ObjectNode scale) {
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
        long replicas = root.at("spec").number("replicas");
        return view(Changes.apply(context, scale, object -> {
            ObjectNode before = object.deepCopy();
            JsonNode present = specReplicas.find(object);
            if (present.isNumber() && present.longValue() == replicas) {
                return object;
            }
            set(object, replicas);
            ObjectNode metadata = Trees.child(object, "metadata");
            metadata.put("generation", metadata.path("generation").longValue() + 1);
            List<FieldError> errors = strategy.findings(object, before);
            if (!errors.isEmpty()) {
                throw StatusException.invalid(
                        context.resource().group(), context.resource().kind(), context.name(), errors);
            }
            return object;
        }));
    }

    private void set(ObjectNode object, long replicas) {
        List<String> names = specReplicas.names();
        ObjectNode at = object;
        for (String name : names.subList(0, names.size() - 1)) {
            at = Trees.child(at, name);
        }
        at.put(names.getLast(), replicas);
    }

    private ObjectNode view(ObjectNode object) {
        JsonNode replicas = specReplicas.find(object);
        if (!replicas.isNumber()) {
            throw StatusException.internal("the spec replicas field \"" + specText + "\" does not exist");
        }
        ObjectNode scale = JsonNodeFactory.instance.objectNode();
        scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode metadata = scale.putObject("metadata");
        for (String name : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            Trees.restore(metadata, Trees.child(object, "metadata"), name);
        }
        ObjectNode spec = scale.putObject("spec");
        if (replicas.longValue() != 0) {
            spec.put("replicas", replicas.longValue());
        }
        ObjectNode status = scale.putObject("status");
        status.put("replicas", statusReplicas.find(object).asLong(0));
        JsonNode selected = selector.find(object);
        if (selected.isTextual() && !selected.textValue().isEmpty()) {
            status.put("selector", selected.textValue());
        }
        return scale;
    }
}
