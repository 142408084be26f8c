package io.flotilla.apiserver.registry.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;

/** Namespaces: they go through Terminating, held by {@code spec.finalizers} until their content is gone. */
public final class NamespaceStrategy extends KindStrategy {
    static final String NAME_LABEL = "kubernetes.io/metadata.name";
    private static final String FINALIZER = "kubernetes";

    public NamespaceStrategy() {
        super(Names::label, Shape.STATUS);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        object.putObject("status").put("phase", "Active");
        ObjectNode spec = Trees.child(object, "spec");
        ArrayNode finalizers =
                spec.get("finalizers") instanceof ArrayNode present ? present : spec.putArray("finalizers");
        if (!Field.of(finalizers).texts().contains(FINALIZER)) {
            finalizers.add(FINALIZER);
        }
        label(object);
    }

    /** The name stands among the labels, for selectors. */
    static void label(ObjectNode namespace) {
        ObjectNode metadata = Trees.child(namespace, "metadata");
        Trees.child(metadata, "labels").put(NAME_LABEL, metadata.path("name").asText());
    }

    @Override
    public void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForUpdate(context, object, old);
        Trees.restore(Trees.child(object, "spec"), Trees.child(old, "spec"), "finalizers");
        label(object);
    }

    @Override
    protected void check(WriteContext context, Field namespace, Findings findings) {
        checkFinalizers(namespace.at("spec", "finalizers"), false, findings);
    }

    /** @param each whether findings are told of the element rather than of the list */
    static void checkFinalizers(Field finalizers, boolean each, Findings findings) {
        for (Field item : finalizers.items()) {
            Field told = each ? item : finalizers;
            String name = item.text();
            findings.invalid(told, name, Names.qualified(name));
            boolean standard = name.equals(FINALIZER) || name.equals("orphan") || name.equals("foregroundDeletion");
            if (name.indexOf('/') < 0 && !standard) {
                findings.invalid(told, name, "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field namespace, Field old, Findings findings) {
        // Metadata only: what the spec holds is finalizers, and those were restored.
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field namespace, Field old, Findings findings) {
        boolean deleted = namespace.at("metadata").has("deletionTimestamp");
        String phase = namespace.at("status").text("phase");
        Field told = namespace.at("status", "Phase");
        if (!deleted && !phase.equals("Active")) {
            findings.invalid(told, phase, "may only be 'Active' if `deletionTimestamp` is empty");
        } else if (deleted && !phase.equals("Terminating")) {
            findings.invalid(told, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
        }
    }

    @Override
    public boolean holdsDeletion(ObjectNode object) {
        return !object.path("spec").path("finalizers").isEmpty();
    }

    @Override
    public void markForDeletion(WriteContext context, ObjectNode object) {
        Trees.child(object, "status").put("phase", "Terminating");
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }
}
