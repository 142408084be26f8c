package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Metadata;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.FieldError;
import java.util.List;
import java.util.Map;

/**
 * What the strategies of most kinds share: metadata is checked first, status is left to its subresource, generation
 * counts changes of the spec. A kind overrides the checks and, where it sets something, the preparations (calling
 * these first).
 */
public class KindStrategy implements Strategy {

    /** How a kind uses status and generation. */
    public enum Shape {
        /** Neither. */
        PLAIN,
        /** Status apart, no generation. */
        STATUS,
        /** Generation counts changes beside metadata; no status. */
        GENERATION,
        /** Status apart, generation counts changes beside metadata and status. */
        STATUS_AND_GENERATION
    }

    /** What becomes of an update that does not say which version it is of. */
    public enum Updates {
        /** It overwrites what is there. */
        UNCONDITIONAL,
        /** It is refused. */
        CONDITIONAL
    }

    private final Names.Rule names;
    private final Shape shape;
    private final Updates updates;

    public KindStrategy(Names.Rule names, Shape shape) {
        this(names, shape, Updates.UNCONDITIONAL);
    }

    public KindStrategy(Names.Rule names, Shape shape, Updates updates) {
        this.names = names;
        this.shape = shape;
        this.updates = updates;
    }

    @Override
    public final boolean allowUnconditionalUpdate() {
        return updates == Updates.UNCONDITIONAL;
    }

    /** Checks what is the kind's own, of a new object; by default, of an updated one, too. */
    protected void check(WriteContext context, Field object, Findings findings) {}

    protected void checkUpdate(WriteContext context, Field object, Field old, Findings findings) {
        check(context, object, findings);
    }

    protected void checkStatusUpdate(WriteContext context, Field object, Field old, Findings findings) {}

    @Override
    public final boolean hasStatus() {
        return shape == Shape.STATUS || shape == Shape.STATUS_AND_GENERATION;
    }

    private boolean hasGeneration() {
        return shape == Shape.GENERATION || shape == Shape.STATUS_AND_GENERATION;
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        if (hasStatus()) {
            object.remove("status");
        }
        ObjectNode metadata = Trees.child(object, "metadata");
        if (hasGeneration()) {
            metadata.put("generation", 1);
        } else {
            metadata.remove("generation");
        }
    }

    @Override
    public void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        if (hasStatus()) {
            Trees.restore(object, old, "status");
        }
        countGeneration(object, old);
    }

    /** Sets generation to the old one, plus one if this update changes what generation counts. */
    protected final void countGeneration(ObjectNode object, ObjectNode old) {
        JsonNode before = old.path("metadata").path("generation");
        ObjectNode metadata = Trees.child(object, "metadata");
        if (!hasGeneration()) {
            Trees.restore(metadata, Trees.child(old, "metadata"), "generation");
        } else {
            metadata.put("generation", before.longValue() + (changesGeneration(object, old) ? 1 : 0));
        }
    }

    /** Whether generation advances: by default when anything beside metadata and status changes. */
    protected boolean changesGeneration(ObjectNode object, ObjectNode old) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (isCounted(entry.getKey()) && !Trees.same(entry.getValue(), old.get(entry.getKey()))) {
                return true;
            }
        }
        for (Map.Entry<String, JsonNode> entry : old.properties()) {
            if (isCounted(entry.getKey()) && !object.has(entry.getKey()) && !Trees.same(entry.getValue(), null)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCounted(String name) {
        return switch (name) {
            case "metadata", "status", "apiVersion", "kind" -> false;
            default -> true;
        };
    }

    @Override
    public void prepareForStatusUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        List<String> present = object.propertyStream().map(Map.Entry::getKey).toList();
        for (String name : present) {
            if (isCounted(name)) {
                Trees.restore(object, old, name);
            }
        }
        for (Map.Entry<String, JsonNode> entry : old.properties()) {
            if (isCounted(entry.getKey()) && !object.has(entry.getKey())) {
                object.set(entry.getKey(), entry.getValue().deepCopy());
            }
        }
        ObjectNode metadata = Trees.child(object, "metadata");
        ObjectNode before = Trees.child(old, "metadata");
        for (String name : List.of("generation", "deletionTimestamp", "ownerReferences", "finalizers")) {
            Trees.restore(metadata, before, name);
        }
    }

    @Override
    public final List<FieldError> validate(WriteContext context, ObjectNode object) {
        Findings findings = new Findings();
        Field root = Field.of(object);
        Metadata.check(root.at("metadata"), context.resource().namespaced(), names, findings);
        check(context, root, findings);
        return findings.list();
    }

    @Override
    public final List<FieldError> validateUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        Findings findings = new Findings();
        Field root = Field.of(object);
        Field before = Field.of(old);
        Metadata.checkUpdate(root.at("metadata"), before.at("metadata"), findings);
        checkUpdate(context, root, before, findings);
        return findings.list();
    }

    @Override
    public final List<FieldError> validateStatusUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        Findings findings = new Findings();
        Field root = Field.of(object);
        Field before = Field.of(old);
        Metadata.checkUpdate(root.at("metadata"), before.at("metadata"), findings);
        checkStatusUpdate(context, root, before, findings);
        return findings.list();
    }
}
