package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.TreeDiff;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;

/** {@code pods/ephemeralcontainers}: containers are added to a running pod for debugging, and stay. */
public final class EphemeralContainers implements SubresourceHandler {

    @Override
    public ObjectNode read(WriteContext context) {
        return Changes.read(context);
    }

    @Override
    public ObjectNode update(WriteContext context, ObjectNode body) {
        return Changes.apply(context, body, pod -> {
            ObjectNode old = pod.deepCopy();
            Trees.restore(Trees.child(pod, "spec"), Trees.child(body, "spec"), "ephemeralContainers");
            Findings findings = new Findings();
            check(Field.of(pod), Field.of(old), findings);
            if (!findings.isEmpty()) {
                throw StatusException.invalid("", "Pod", context.name(), findings.list());
            }
            PodGeneration.advance(pod, old);
            return pod;
        });
    }

    private static void check(Field pod, Field old, Findings findings) {
        if (old.at("metadata", "annotations").has(PodAnnotations.MIRROR)) {
            findings.forbidden(pod.as(""), "static pods do not support ephemeral containers");
            return;
        }
        PodSpecs.check(pod.at("spec"), pod.at("metadata").text("name"), true, findings);
        Field containers = pod.at("spec", "ephemeralContainers");
        for (Field before : old.at("spec", "ephemeralContainers").items()) {
            String name = before.text("name");
            Field now = containers.items().stream()
                    .filter(each -> each.text("name").equals(name))
                    .findFirst()
                    .orElse(null);
            if (now == null) {
                findings.forbidden(containers, "existing ephemeral containers \"" + name + "\" may not be removed\n");
            } else if (!Trees.same(before.value(), now.value())) {
                findings.forbidden(
                        containers,
                        "existing ephemeral containers \"" + name + "\" may not be changed\n"
                                + TreeDiff.of("core.EphemeralContainer", before.value(), now.value()));
            }
        }
    }
}
