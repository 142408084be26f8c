package io.flotilla.apiserver.registry.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Metadata;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import java.util.List;

/** {@code namespaces/finalize}: the namespace controller takes its finalizer off; with the last one the object goes. */
public final class NamespaceFinalize implements SubresourceHandler {
    /** What the request may change beside the finalizers of the spec. */
    private static final List<String> WRITTEN = List.of("labels", "annotations", "finalizers", "ownerReferences");

    @Override
    public ObjectNode update(WriteContext context, ObjectNode body) {
        Findings findings = new Findings();
        Field metadata = Field.of(body).at("metadata");
        Metadata.labels(metadata.at("labels"), findings);
        Metadata.annotations(metadata.at("annotations"), findings);
        NamespaceStrategy.checkFinalizers(Field.of(body).at("spec", "finalizers"), true, findings);
        if (!findings.isEmpty()) {
            throw StatusException.invalid("", "Namespace", context.name(), findings.list());
        }
        String expected = Trees.text(body, "metadata", "resourceVersion");
        ObjectNode updated = context.store().update(context.resource(), "", context.name(), namespace -> {
            if (!expected.isEmpty() && !expected.equals(Trees.text(namespace, "metadata", "resourceVersion"))) {
                throw StatusException.conflict(
                        context.resource(),
                        context.name(),
                        "the object has been modified; please apply your changes to the latest version and try again");
            }
            WRITTEN.forEach(
                    field -> Trees.restore(Trees.child(namespace, "metadata"), Trees.child(body, "metadata"), field));
            NamespaceStrategy.label(namespace);
            Trees.restore(Trees.child(namespace, "spec"), Trees.child(body, "spec"), "finalizers");
            return namespace;
        });
        boolean gone = updated.path("metadata").has("deletionTimestamp")
                && updated.path("spec").path("finalizers").isEmpty()
                && updated.path("metadata").path("finalizers").isEmpty();
        if (gone && !context.dryRun()) {
            context.store().remove(context.resource(), "", context.name());
        }
        return updated;
    }
}
