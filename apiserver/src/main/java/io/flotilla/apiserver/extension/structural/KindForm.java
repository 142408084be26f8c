package io.flotilla.apiserver.extension.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.CustomForm;
import io.flotilla.apiserver.schema.FieldProblem;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.TypeErrorException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What a structural schema makes of whole objects. */
public final class KindForm implements CustomForm {
    private final Structural schema;
    private final Schema types;
    private final StructType metadata;

    private KindForm(Structural schema, Schema types) {
        this.schema = schema;
        this.types = types;
        this.metadata = types.named("meta/v1.ObjectMeta").orElseThrow();
    }

    /**
     * The type of a kind.
     *
     * @param name as OpenAPI calls it
     * @param types where the type of metadata is
     */
    public static StructType type(String name, Structural schema, Schema types) {
        KindForm form = new KindForm(schema, types);
        return new TypeBuilder(form.metadata).root(name, schema).withForm(form);
    }

    /** The type of lists of a kind. */
    public static StructType listType(StructType item, String kind) {
        String name = item.name() + "List";
        return StructType.custom(name, List.of(), false, true).withForm(new ListForm(item, kind));
    }

    @Override
    public List<FieldProblem> prune(ObjectNode object) {
        List<FieldProblem> problems = new ArrayList<>(0);
        JsonNode present = object.get("metadata");
        if (present instanceof ObjectNode given) {
            for (FieldProblem each : types.pruneAndValidate(metadata, given)) {
                problems.add(new FieldProblem(each.kind(), "metadata." + each.path()));
            }
        } else if (present != null && !present.isNull()) {
            throw new TypeErrorException("metadata must be an object");
        }
        problems.addAll(Pruning.prune(schema, object, this::embedded));
        return problems;
    }

    /** Metadata of an embedded object that is of the wrong type is left to validation. */
    private List<FieldProblem> embedded(ObjectNode of) {
        try {
            return types.pruneAndValidate(metadata, of);
        } catch (TypeErrorException _) {
            return List.of();
        }
    }

    @Override
    public void applyDefaults(ObjectNode object) {
        Defaulting.apply(schema, object);
    }

    @Override
    public ObjectNode openApi(boolean v2, Function<String, ObjectNode> reference) {
        return PublishedSchema.of(schema, v2, reference);
    }

    /** Lists are never read from clients: there is nothing to prune. */
    private record ListForm(StructType item, String kind) implements CustomForm {
        @Override
        public List<FieldProblem> prune(ObjectNode object) {
            return List.of();
        }

        @Override
        public void applyDefaults(ObjectNode object) {}

        @Override
        public ObjectNode openApi(boolean v2, Function<String, ObjectNode> reference) {
            return PublishedSchema.ofList(kind, reference.apply(item.name()), reference);
        }
    }
}
