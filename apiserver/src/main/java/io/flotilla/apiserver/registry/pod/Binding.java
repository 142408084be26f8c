package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** {@code pods/binding} and {@code bindings}: a scheduler assigns a pod to a node, once. */
public final class Binding implements SubresourceHandler {
    private final ResourceInfo pods;

    public Binding(ResourceInfo pods) {
        this.pods = pods;
    }

    @Override
    public ObjectNode create(WriteContext asked, ObjectNode binding) {
        Field root = Field.of(binding);
        String name = root.at("metadata").text("name").isEmpty()
                ? asked.name()
                : root.at("metadata").text("name");
        if (!asked.name().isEmpty() && !asked.name().equals(name)) {
            throw StatusException.badRequest("name in URL does not match name in Binding object");
        }
        Findings findings = new Findings();
        Field kind = root.at("target", "kind");
        if (!kind.isEmpty() && !kind.is("Node")) {
            findings.notSupported(kind, List.of("Node", "<empty>"));
        }
        if (root.at("target").text("name").isEmpty()) {
            findings.required(root.at("target", "name"));
        }
        if (!findings.isEmpty()) {
            throw StatusException.invalid("", "Binding", name, findings.list());
        }
        WriteContext context = new WriteContext(
                pods, asked.namespace(), name, asked.user(), asked.dryRun(), asked.now(), asked.store(), asked.warn());
        String node = root.at("target").text("name");
        Changes.apply(context, binding, pod -> assign(context, pod, node, binding));
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("apiVersion", "v1").put("kind", "Status");
        status.putObject("metadata");
        return status.put("status", "Success").put("code", 201);
    }

    private static ObjectNode assign(WriteContext context, ObjectNode pod, String node, ObjectNode binding) {
        String name = context.name();
        String present = Trees.text(pod, "spec", "nodeName");
        if (pod.path("metadata").has("deletionTimestamp")) {
            throw refused(name, "pod " + name + " is being deleted, cannot be assigned to a host");
        }
        if (!present.isEmpty()) {
            throw refused(name, "pod " + name + " is already assigned to node " + Quoting.quote(present));
        }
        if (!pod.path("spec").path("schedulingGates").isEmpty()) {
            throw refused(name, "pod " + name + " has non-empty .spec.schedulingGates");
        }
        Trees.child(pod, "spec").put("nodeName", node);
        for (String map : List.of("annotations", "labels")) {
            for (Map.Entry<String, JsonNode> entry :
                    binding.path("metadata").path(map).properties()) {
                Trees.child(Trees.child(pod, "metadata"), map).set(entry.getKey(), entry.getValue());
            }
        }
        PodConditions.set(pod, "PodScheduled", "True", "", "", context.now().truncatedTo(ChronoUnit.SECONDS));
        return pod;
    }

    private static StatusException refused(String name, String why) {
        return new StatusException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on pods/binding " + Quoting.quote(name) + ": " + why,
                new StatusException.Details(name, "", "pods/binding", List.of(), 0));
    }
}
