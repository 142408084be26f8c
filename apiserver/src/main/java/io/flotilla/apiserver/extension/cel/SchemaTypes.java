package io.flotilla.apiserver.extension.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import io.flotilla.apiserver.extension.structural.Structural;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The types that a schema gives to expressions. */
final class SchemaTypes implements CelTypeProvider {
    private final ImmutableMap<String, StructType> structs;
    private final CelType root;

    /** @param resource whether values are whole objects */
    SchemaTypes(Structural schema, boolean resource) {
        Map<String, StructType> found = new HashMap<>();
        root = type(found, "self", schema, resource);
        structs = ImmutableMap.copyOf(found);
    }

    CelType root() {
        return root;
    }

    @Override
    public ImmutableCollection<CelType> types() {
        return ImmutableSet.copyOf(structs.values());
    }

    @Override
    public Optional<CelType> findType(String name) {
        return Optional.ofNullable(structs.get(name));
    }

    private static CelType type(Map<String, StructType> structs, String path, Structural schema, boolean resource) {
        if (schema.intOrString()) {
            return SimpleType.DYN;
        }
        Structural items = schema.items();
        Structural additional = schema.additional();
        String format = schema.source().path("format").asText("");
        return switch (schema.type()) {
            case "object" -> {
                if (additional != null) {
                    yield MapType.create(SimpleType.STRING, type(structs, path + ".@values", additional, false));
                }
                boolean whole = resource || schema.embedded();
                yield schema.properties().isEmpty() && !whole && schema.preservesUnknown()
                        ? SimpleType.DYN
                        : struct(structs, path, schema, whole);
            }
            case "array" ->
                ListType.create(items == null ? SimpleType.DYN : type(structs, path + ".@items", items, false));
            case "string" ->
                switch (format) {
                    case "date", "date-time", "datetime" -> SimpleType.TIMESTAMP;
                    case "duration" -> SimpleType.DURATION;
                    case "byte" -> SimpleType.BYTES;
                    default -> SimpleType.STRING;
                };
            case "integer" -> SimpleType.INT;
            case "number" -> SimpleType.DOUBLE;
            case "boolean" -> SimpleType.BOOL;
            default -> SimpleType.DYN;
        };
    }

    private static StructType struct(
            Map<String, StructType> structs, String path, Structural schema, boolean resource) {
        Map<String, CelType> fields = new LinkedHashMap<>();
        schema.properties()
                .forEach((name, child) -> Escaped.of(name)
                        .ifPresent(escaped -> fields.put(escaped, type(structs, path + "." + escaped, child, false))));
        if (resource) {
            fields.put("apiVersion", SimpleType.STRING);
            fields.put("kind", SimpleType.STRING);
            fields.put("metadata", metadata(structs));
        }
        return named(structs, path, fields);
    }

    /** Of the metadata, rules see what identifies the object alone. */
    private static StructType metadata(Map<String, StructType> structs) {
        return named(structs, "ObjectMeta", Map.of("name", SimpleType.STRING, "generateName", SimpleType.STRING));
    }

    private static StructType named(Map<String, StructType> structs, String name, Map<String, CelType> members) {
        ImmutableMap<String, CelType> fields = ImmutableMap.copyOf(members);
        StructType type = StructType.create(name, fields.keySet(), field -> Optional.ofNullable(fields.get(field)));
        structs.put(name, type);
        return type;
    }
}
