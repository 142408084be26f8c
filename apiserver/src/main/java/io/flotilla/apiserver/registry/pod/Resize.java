package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.machinery.pod.QosClass;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** {@code pods/resize}: cpu and memory of containers change in place, nothing else. */
public final class Resize implements SubresourceHandler {
    private final Admission quota;

    /** @param quota is charged for what a pod gets beside what it has */
    public Resize(Admission quota) {
        this.quota = quota;
    }

    @Override
    public ObjectNode read(WriteContext context) {
        return Changes.read(context);
    }

    @Override
    public ObjectNode update(WriteContext context, ObjectNode body) {
        AtomicReference<Runnable> charge = new AtomicReference<>(Resize::nothing);
        try {
            return Changes.apply(context, body, pod -> {
                // What an attempt was charged that came too late.
                charge.getAndSet(Resize::nothing).run();
                ObjectNode old = pod.deepCopy();
                resize(context, pod, old, body);
                charge.set(quota.validate(context, pod, old));
                return pod;
            });
        } catch (StatusException e) {
            charge.get().run();
            throw e;
        }
    }

    private static void nothing() {}

    private static void resize(WriteContext context, ObjectNode pod, ObjectNode old, ObjectNode body) {
        for (String list : List.of("containers", "initContainers")) {
            takeResources(pod.path("spec").path(list), body.path("spec").path(list));
        }
        Findings findings = new Findings();
        check(Field.of(pod), Field.of(old), findings);
        if (!findings.isEmpty()) {
            throw StatusException.invalid("", "Pod", context.name(), findings.list());
        }
        PodGeneration.advance(pod, old);
    }

    /** What the subresource can change is taken over, by the containers' names; the rest of the body is ignored. */
    private static void takeResources(JsonNode containers, JsonNode asked) {
        for (JsonNode container : containers) {
            for (JsonNode each : asked) {
                if (each.path("name").equals(container.path("name"))) {
                    Trees.restore((ObjectNode) container, (ObjectNode) each, "resources");
                    Trees.restore((ObjectNode) container, (ObjectNode) each, "resizePolicy");
                }
            }
        }
    }

    private static void check(Field pod, Field old, Findings findings) {
        Field spec = pod.at("spec");
        Field root = pod.as("");
        PodSpecs.check(spec, pod.at("metadata").text("name"), true, findings);
        if (old.at("metadata", "annotations").has(PodAnnotations.MIRROR)) {
            findings.forbidden(root, "static pods cannot be resized");
            return;
        }
        if (old.at("spec", "os").text("name").equals("windows")) {
            findings.forbidden(root, "windows pods cannot be resized");
            return;
        }
        if (QosClass.of(spec.value()) != QosClass.of(old.at("spec").value())) {
            findings.invalid(
                    spec, pod.at("status").text("qosClass"), "Pod QOS Class may not change as a result of resizing");
        }
        for (String list : List.of("initContainers", "containers")) {
            for (int i = 0; i < spec.at(list).size(); i++) {
                checkContainer(
                        spec.at(list).index(i),
                        old.at("spec", list).index(i),
                        spec,
                        list.equals("initContainers"),
                        findings);
            }
        }
    }

    private static void checkContainer(Field container, Field old, Field spec, boolean init, Findings findings) {
        if (Trees.same(container.value(), old.value())) {
            return;
        }
        boolean sidecar = container.at("restartPolicy").is("Always");
        if (init && !sidecar) {
            findings.forbidden(spec, "resources for non-sidecar init containers are immutable");
            return;
        }
        ObjectNode munged = container.value().deepCopy();
        ObjectNode was = old.value().deepCopy();
        for (String kind : List.of("requests", "limits")) {
            Field now = container.at("resources", kind);
            Field before = old.at("resources", kind);
            if (before.entries().stream().anyMatch(each -> !now.has(each.name()))) {
                findings.forbidden(now, "resource " + kind + " cannot be removed");
            }
            Trees.child(Trees.child(was, "resources"), kind);
            ObjectNode amounts = Trees.child(Trees.child(munged, "resources"), kind);
            for (String name : List.of("cpu", "memory")) {
                if (before.has(name)) {
                    amounts.set(name, before.value().get(name));
                } else {
                    amounts.remove(name);
                }
            }
        }
        if (!Trees.same(munged, was)) {
            findings.forbidden(
                    spec,
                    init
                            ? "only cpu and memory resources for sidecar containers are mutable"
                            : "only cpu and memory resources are mutable");
        }
    }
}
