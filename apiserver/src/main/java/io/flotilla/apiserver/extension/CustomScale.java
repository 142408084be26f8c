package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.patch.ScaleFields;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.ScaleHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.registry.workload.Scale;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The scale of a defined kind, whose definition says where its objects hold it. */
final class CustomScale implements ScaleHandler {
    /** Stands for a count that is not there, while it may still be set. */
    private static final long UNSET = Integer.MIN_VALUE;

    private final CustomStrategy strategy;
    private final ScaleFields fields;
    private final String specText;
    private final JsonPath specReplicas;
    private final JsonPath statusReplicas;
    private final JsonPath selector;

    /** @param replicasPaths by version, the names that lead to the count of replicas */
    CustomScale(JsonNode scale, CustomStrategy strategy, Map<String, List<String>> replicasPaths) {
        this.strategy = strategy;
        this.fields = new ScaleFields(replicasPaths);
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
    public ObjectNode update(WriteContext context, UnaryOperator<ObjectNode> change) {
        return view(Changes.apply(context, object -> {
            ObjectNode before = object.deepCopy();
            JsonNode present = specReplicas.find(object);
            ObjectNode shown = view(object, present.isNumber() ? present.longValue() : UNSET);
            fields.show(object, shown);
            ObjectNode scale = change.apply(shown);
            if (scale.path("spec").path("replicas").asLong() == UNSET) {
                throw StatusException.badRequest("the spec replicas field \"" + specText + "\" cannot be empty");
            }
            long replicas = Scale.replicas(context, scale);
            Changes.check(context, scale, object);
            fields.settle(scale, object, context.resource().apiVersion());
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
        return view(object, replicas.longValue());
    }

    private ObjectNode view(ObjectNode object, long replicas) {
        return Scale.view(
                object,
                replicas,
                statusReplicas.find(object).asLong(0),
                selector.find(object).asText(""));
    }
}
