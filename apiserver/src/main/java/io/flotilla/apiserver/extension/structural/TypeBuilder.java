package io.flotilla.apiserver.extension.structural;

import io.flotilla.apiserver.schema.Field;
import io.flotilla.apiserver.schema.ListType;
import io.flotilla.apiserver.schema.MapType;
import io.flotilla.apiserver.schema.Scalar;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes of a schema a type in the form of the table: how server-side apply divides values of it. */
final class TypeBuilder {
    private static final StructType ANYTHING = StructType.custom("", List.of(), false, true);

    private final StructType metadata;

    /** @param metadata type of the metadata of every object */
    TypeBuilder(StructType metadata) {
        this.metadata = metadata;
    }

    /** Type of whole objects. */
    StructType root(String name, Structural schema) {
        return struct(name, schema, true);
    }

    private StructType struct(String name, Structural schema, boolean resource) {
        List<Field> fields = new ArrayList<>();
        if (resource) {
            fields.add(field("apiVersion", Scalar.STRING, null));
            fields.add(field("kind", Scalar.STRING, null));
            fields.add(field("metadata", metadata, null));
        }
        schema.properties().forEach((property, child) -> {
            if (fields.stream().noneMatch(field -> field.name().equals(property))) {
                fields.add(field(property, type(child), child));
            }
        });
        boolean open = schema.preservesUnknown() || schema.additionalAny() || schema.additional() != null;
        return StructType.custom(name, fields, schema.mapAtomic(), open);
    }

    private Type type(Structural schema) {
        if (schema.intOrString()) {
            return Scalar.INT_OR_STRING;
        }
        Structural additional = schema.additional();
        Structural items = schema.items();
        return switch (schema.type()) {
            case "object" ->
                schema.embedded() || !schema.properties().isEmpty() || additional == null
                        ? struct("", schema, schema.embedded())
                        : new MapType(type(additional));
            case "array" -> new ListType(items == null ? ANYTHING : type(items), false);
            case "string" -> Scalar.STRING;
            case "integer" -> Scalar.INT64;
            case "number" -> Scalar.DOUBLE;
            case "boolean" -> Scalar.BOOLEAN;
            default -> ANYTHING;
        };
    }

    private static Field field(String name, Type type, @Nullable Structural schema) {
        Field.ListKind kind = schema == null || schema.listType().isEmpty()
                ? null
                : Field.ListKind.valueOf(schema.listType().toUpperCase(Locale.ROOT));
        return new Field(
                name,
                0,
                type,
                false,
                false,
                false,
                Field.Printing.WHEN_SET,
                kind,
                schema == null ? List.of() : schema.listKeys(),
                schema != null && schema.mapAtomic(),
                false,
                false,
                false,
                "",
                List.of(),
                schema == null || schema.defaultValue().isMissingNode()
                        ? null
                        : schema.defaultValue().toString());
    }
}
