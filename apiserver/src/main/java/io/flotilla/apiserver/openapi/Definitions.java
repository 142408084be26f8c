package io.flotilla.apiserver.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.schema.CustomForm;
import io.flotilla.apiserver.schema.Field;
import io.flotilla.apiserver.schema.ListType;
import io.flotilla.apiserver.schema.MapType;
import io.flotilla.apiserver.schema.Scalar;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The schemas of one document: those asked for and all that they refer to. */
final class Definitions {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** The two dialects. */
    enum Form {
        V2("#/definitions/"),
        V3("#/components/schemas/");

        private final String prefix;

        Form(String prefix) {
            this.prefix = prefix;
        }
    }

    private final Form form;
    private final Descriptions descriptions;
    private final Function<StructType, List<ObjectNode>> kinds;
    private final Schema types;
    private final Map<String, ObjectNode> schemas = new TreeMap<>();

    /**
     * Creates an empty set.
     *
     * @param kinds tells which group, version and kind a type is; none for most
     * @param types where the types are that custom kinds refer to by name
     */
    Definitions(Form form, Descriptions descriptions, Function<StructType, List<ObjectNode>> kinds, Schema types) {
        this.form = form;
        this.descriptions = descriptions;
        this.kinds = kinds;
        this.types = types;
    }

    ObjectNode tree() {
        ObjectNode object = NODES.objectNode();
        schemas.forEach(object::set);
        return object;
    }

    /** Returns a reference to a type and sees that the type is in the document. */
    ObjectNode reference(StructType type) {
        CustomForm custom = type.form();
        String name = custom == null ? Names.definition(type.name()) : type.name();
        if (!schemas.containsKey(name)) {
            ObjectNode schema = NODES.objectNode();
            schemas.put(name, schema);
            if (custom == null) {
                fill(schema, type);
            } else {
                schema.setAll(custom.openApi(form == Form.V2, this::named));
                kinds(schema, type);
            }
        }
        return NODES.objectNode().put("$ref", form.prefix + name);
    }

    /** Returns a reference to the body of a patch. */
    ObjectNode patch() {
        return named(Names.PATCH, NODES.objectNode().put("type", "object"));
    }

    private void fill(ObjectNode schema, StructType type) {
        describe(schema, descriptions.of(type.name()));
        ArrayNode required = NODES.arrayNode();
        ObjectNode properties = NODES.objectNode();
        for (Field field : type.fields()) {
            if (field.required()) {
                required.add(field.name());
            }
            properties.set(field.name(), property(type, field));
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        schema.put("type", "object");
        if (!properties.isEmpty()) {
            schema.set("properties", properties);
        }
        kinds(schema, type);
        if (type.mapAtomic()) {
            schema.put("x-kubernetes-map-type", "atomic");
        }
    }

    private void kinds(ObjectNode schema, StructType type) {
        List<ObjectNode> groupVersionKinds = kinds.apply(type);
        if (!groupVersionKinds.isEmpty()) {
            schema.putArray("x-kubernetes-group-version-kind").addAll(groupVersionKinds);
        }
    }

    private ObjectNode named(String type) {
        return types.named(type)
                .map(this::reference)
                .orElseGet(() -> NODES.objectNode().put("$ref", form.prefix + type));
    }

    private ObjectNode property(StructType owner, Field field) {
        ObjectNode schema = schema(field.type());
        ObjectNode extras = NODES.objectNode();
        describe(extras, descriptions.of(owner.name(), field.name()));
        if (field.openApiDefault() != null) {
            extras.set("default", JsonCodec.decodeAny(field.openApiDefault().getBytes(StandardCharsets.UTF_8)));
        } else if (field.zeroDefault() && form == Form.V3) {
            extras.set("default", zero(field.type()));
        }
        extensions(field, extras);
        if (!field.values().isEmpty()) {
            ObjectNode target = field.type() instanceof ListType && schema.get("items") instanceof ObjectNode items
                    ? items
                    : extras;
            ArrayNode values = target.putArray("enum");
            field.values().forEach(value -> values.add(value.equals("\"\"") ? "" : value));
        }
        if (extras.isEmpty()) {
            return schema;
        }
        if (form == Form.V3 && schema.has("$ref")) {
            ObjectNode wrapped = NODES.objectNode();
            wrapped.putArray("allOf").add(schema);
            return wrapped.setAll(extras);
        }
        return schema.setAll(extras);
    }

    private static void extensions(Field field, ObjectNode schema) {
        Field.ListKind listKind = field.listKind();
        if (!field.listKeys().isEmpty()) {
            ArrayNode keys = schema.putArray("x-kubernetes-list-map-keys");
            field.listKeys().forEach(keys::add);
        }
        if (listKind != null) {
            schema.put("x-kubernetes-list-type", listKind.name().toLowerCase(Locale.ROOT));
        }
        if (field.mapAtomic()) {
            schema.put("x-kubernetes-map-type", "atomic");
        }
        if (!field.mergeKey().isEmpty()) {
            schema.put("x-kubernetes-patch-merge-key", field.mergeKey());
        }
        String strategy = (field.patchMerge() ? "merge" : "") + (field.patchReplace() ? "replace" : "");
        if (field.patchRetainKeys()) {
            strategy += (strategy.isEmpty() ? "" : ",") + "retainKeys";
        }
        if (!strategy.isEmpty()) {
            schema.put("x-kubernetes-patch-strategy", strategy);
        }
    }

    private ObjectNode schema(Type type) {
        return switch (type) {
            case StructType struct -> reference(struct);
            case ListType list -> {
                ObjectNode array = NODES.objectNode().put("type", "array");
                array.set("items", element(list.element()));
                yield array;
            }
            case MapType map -> {
                ObjectNode object = NODES.objectNode().put("type", "object");
                object.set("additionalProperties", element(map.value()));
                yield object;
            }
            case Scalar scalar -> scalar(scalar);
        };
    }

    /** In v3, elements carry the zero value of Go as default. */
    private ObjectNode element(Type type) {
        ObjectNode schema = schema(type);
        if (form == Form.V2 || !(type instanceof StructType || type == Scalar.STRING)) {
            return schema;
        }
        if (schema.has("$ref")) {
            ObjectNode wrapped = NODES.objectNode();
            wrapped.putArray("allOf").add(schema);
            return wrapped.set("default", zero(type));
        }
        return schema.set("default", zero(type));
    }

    private ObjectNode scalar(Scalar scalar) {
        return switch (scalar) {
            case STRING, DURATION -> NODES.objectNode().put("type", "string");
            case BOOLEAN -> NODES.objectNode().put("type", "boolean");
            case INT32 -> NODES.objectNode().put("type", "integer").put("format", "int32");
            case INT64 -> NODES.objectNode().put("type", "integer").put("format", "int64");
            case DOUBLE -> NODES.objectNode().put("type", "number").put("format", "double");
            case BYTES -> NODES.objectNode().put("type", "string").put("format", "byte");
            case TIME -> named(Names.TIME, dateTime());
            case MICRO_TIME -> named(Names.MICRO_TIME, dateTime());
            case QUANTITY -> named(Names.QUANTITY, either("", "string", "number"));
            case INT_OR_STRING -> named(Names.INT_OR_STRING, either("int-or-string", "integer", "string"));
            case RAW -> named(Names.RAW, NODES.objectNode().put("type", "object"));
            case FIELDS -> named(Names.FIELDS, NODES.objectNode().put("type", "object"));
            case ANY -> named(Names.ANY, NODES.objectNode());
            case SCHEMA_OR_ARRAY -> named(Names.ANY + "SchemaPropsOrArray", NODES.objectNode());
            case SCHEMA_OR_BOOL -> named(Names.ANY + "SchemaPropsOrBool", NODES.objectNode());
            case SCHEMA_OR_STRINGS -> named(Names.ANY + "SchemaPropsOrStringArray", NODES.objectNode());
        };
    }

    private ObjectNode named(String type, ObjectNode schema) {
        String name = Names.definition(type);
        if (!schemas.containsKey(name)) {
            describe(schema, descriptions.of(type));
            schemas.put(name, schema);
        }
        return NODES.objectNode().put("$ref", form.prefix + name);
    }

    private static void describe(ObjectNode schema, String text) {
        if (!text.isEmpty()) {
            schema.put("description", text);
        }
    }

    private static ObjectNode dateTime() {
        return NODES.objectNode().put("type", "string").put("format", "date-time");
    }

    /** v2 cannot say "one of" and says string. */
    private ObjectNode either(String format, String one, String other) {
        ObjectNode schema = NODES.objectNode();
        if (form == Form.V2) {
            schema.put("type", "string");
        }
        if (!format.isEmpty()) {
            schema.put("format", format);
        }
        if (form == Form.V3) {
            ArrayNode oneOf = schema.putArray("oneOf");
            oneOf.addObject().put("type", one);
            oneOf.addObject().put("type", other);
        }
        return schema;
    }

    private static JsonNode zero(Type type) {
        return switch (type) {
            case StructType _, MapType _ -> NODES.objectNode();
            case ListType _ -> NODES.arrayNode();
            case Scalar scalar ->
                switch (scalar) {
                    case STRING, BYTES, DURATION -> NODES.textNode("");
                    case BOOLEAN -> NODES.booleanNode(false);
                    case INT32, INT64, DOUBLE -> NODES.numberNode(0);
                    case TIME,
                            MICRO_TIME,
                            QUANTITY,
                            INT_OR_STRING,
                            RAW,
                            FIELDS,
                            ANY,
                            SCHEMA_OR_ARRAY,
                            SCHEMA_OR_BOOL,
                            SCHEMA_OR_STRINGS -> NODES.objectNode();
                };
        };
    }
}
