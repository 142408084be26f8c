package io.flotilla.apiserver.extension.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.Quoting;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks values against schemas, in Kubernetes' words. */
public final class SchemaValidation {
    /** Findings about a combination of schemas are told of no field in particular. */
    private static final String NOWHERE = "<nil>";

    private final List<FieldError> errors = new ArrayList<>(0);
    /** How much of the value was as the schema has it: decides which alternative was meant. */
    private int matches;

    private SchemaValidation() {}

    /**
     * Checks a value.
     *
     * @param old what stood there before an update: parts that have not changed are not held against the schema again
     * @param path where it stands, empty for a whole object
     */
    public static List<FieldError> check(Structural schema, JsonNode value, @Nullable JsonNode old, String path) {
        SchemaValidation validation = new SchemaValidation();
        validation.value(schema, value, old, path);
        return validation.errors;
    }

    private void value(Structural schema, JsonNode value, @Nullable JsonNode old, String path) {
        if (old != null && old.equals(value)) {
            matches++;
            return;
        }
        if (value.isNull()) {
            if (!schema.nullable() && !typeName(schema).isEmpty()) {
                wrongType(path, typeName(schema), "null");
            }
            enumeration(schema, value, path);
            return;
        }
        type(schema, value, path);
        combinations(schema, value, path);
        switch (value.getNodeType()) {
            case STRING -> text(schema, value.textValue(), path);
            case NUMBER -> number(schema, value.decimalValue(), value, path);
            case ARRAY -> list(schema, value, old, path);
            default -> {}
        }
        enumeration(schema, value, path);
        if (value instanceof ObjectNode object) {
            object(schema, object, old, path);
        }
    }

    private void type(Structural schema, JsonNode value, String path) {
        String expected = typeName(schema);
        if (expected.isEmpty()) {
            return;
        }
        String actual = typeName(value);
        boolean matching = switch (expected) {
            case "integer,string" -> actual.equals("string") || isInteger(value);
            case "number" -> value.isNumber();
            case "integer" -> isInteger(value);
            default -> expected.equals(actual);
        };
        if (matching) {
            matches++;
        } else {
            wrongType(path, expected, actual);
        }
    }

    /** 5.0 is an integer, too. */
    private static boolean isInteger(JsonNode value) {
        return value.isIntegralNumber()
                || (value.isNumber()
                        && value.decimalValue().stripTrailingZeros().scale() <= 0);
    }

    private static String typeName(Structural schema) {
        return schema.intOrString() ? "integer,string" : schema.type();
    }

    private static String typeName(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case BOOLEAN -> "boolean";
            case ARRAY -> "array";
            case OBJECT -> "object";
            case NULL, MISSING, BINARY, POJO -> "null";
        };
    }

    private void wrongType(String path, String expected, String actual) {
        errors.add(new FieldError(
                FieldError.Type.TYPE_INVALID,
                field(path),
                actual,
                in(path) + " must be of type " + expected + ": " + Quoting.quote(actual)));
    }

    private static String field(String path) {
        return path.isEmpty() ? NOWHERE : path;
    }

    private static String in(String path) {
        return path + " in body";
    }

    private void invalid(String path, Object value, String words) {
        errors.add(FieldError.invalid(field(path), value, in(path) + " " + words));
    }

    private void combinations(Structural schema, JsonNode value, String path) {
        Structural.Constraints constraints = schema.constraints();
        if (!constraints.anyOf().isEmpty()) {
            Alternatives found = new Alternatives(constraints.anyOf(), value, path);
            if (found.valid == 0) {
                combined(Quoting.quote(path) + " must validate at least one schema (anyOf)");
                found.tellBest();
            }
        }
        if (!constraints.oneOf().isEmpty()) {
            Alternatives found = new Alternatives(constraints.oneOf(), value, path);
            if (found.valid == 0) {
                combined(Quoting.quote(path) + " must validate one and only one schema (oneOf). Found none valid");
                found.tellBest();
            } else if (found.valid > 1) {
                combined(Quoting.quote(path) + " must validate one and only one schema (oneOf). Found " + found.valid
                        + " valid alternatives");
            }
        }
        if (!constraints.allOf().isEmpty()) {
            Alternatives found = new Alternatives(constraints.allOf(), value, path);
            errors.addAll(found.all);
            if (found.valid < constraints.allOf().size()) {
                combined(Quoting.quote(path) + " must validate all the schemas (allOf)"
                        + (found.valid == 0 ? ". None validated" : ""));
            }
        }
        Structural not = constraints.not();
        if (not != null && check(not, value, null, path).isEmpty()) {
            combined(Quoting.quote(path) + " must not validate the schema (not)");
        }
    }

    private void combined(String message) {
        errors.add(FieldError.invalid(NOWHERE, "", message));
    }

    /** What a value is to several schemas. */
    private final class Alternatives {
        final List<FieldError> all = new ArrayList<>();
        int valid;
        private @Nullable SchemaValidation best;

        Alternatives(List<Structural> schemas, JsonNode value, String path) {
            for (Structural each : schemas) {
                SchemaValidation validation = new SchemaValidation();
                validation.value(each, value, null, path);
                if (validation.errors.isEmpty()) {
                    valid++;
                } else if (best == null || best.matches < validation.matches) {
                    best = validation;
                }
                all.addAll(validation.errors);
            }
        }

        void tellBest() {
            if (best != null) {
                errors.addAll(best.errors);
            }
        }
    }

    private void text(Structural schema, String text, String path) {
        ObjectNode source = schema.source();
        int length = text.codePointCount(0, text.length());
        if (source.has("maxLength") && length > source.get("maxLength").longValue()) {
            errors.add(FieldError.tooLong(field(path), source.get("maxLength").intValue()));
        }
        if (source.has("minLength") && length < source.get("minLength").longValue()) {
            invalid(path, text, "should be at least " + source.get("minLength").asText() + " chars long");
        }
        Structural.Constraints constraints = schema.constraints();
        if (constraints.pattern() != null
                && !constraints.pattern().matcher(text).find()) {
            invalid(path, text, "should match '" + constraints.pattern().pattern() + "'");
        }
        String format = constraints.format();
        if (!format.isEmpty() && !Formats.accepts(format, text)) {
            errors.add(new FieldError(
                    FieldError.Type.TYPE_INVALID,
                    field(path),
                    text,
                    in(path) + " must be of type " + format + ": " + Quoting.quote(text)));
        }
        matches++;
    }

    private void number(Structural schema, BigDecimal number, JsonNode value, String path) {
        ObjectNode source = schema.source();
        if (source.has("multipleOf")
                && number.remainder(source.get("multipleOf").decimalValue()).signum() != 0) {
            invalid(
                    path,
                    value,
                    "should be a multiple of " + source.get("multipleOf").asText());
        }
        if (source.has("maximum")) {
            int order = number.compareTo(source.get("maximum").decimalValue());
            boolean exclusive = source.path("exclusiveMaximum").asBoolean(false);
            if (order > 0 || (exclusive && order == 0)) {
                invalid(
                        path,
                        value,
                        "should be less than " + (exclusive ? "" : "or equal to ") + plain(source.get("maximum")));
            }
        }
        if (source.has("minimum")) {
            int order = number.compareTo(source.get("minimum").decimalValue());
            boolean exclusive = source.path("exclusiveMinimum").asBoolean(false);
            if (order < 0 || (exclusive && order == 0)) {
                invalid(
                        path,
                        value,
                        "should be greater than " + (exclusive ? "" : "or equal to ") + plain(source.get("minimum")));
            }
        }
        matches++;
    }

    private static String plain(JsonNode number) {
        BigDecimal value = number.decimalValue().stripTrailingZeros();
        return value.scale() <= 0 ? value.toBigInteger().toString() : value.toPlainString();
    }

    private void list(Structural schema, JsonNode list, @Nullable JsonNode old, String path) {
        ObjectNode source = schema.source();
        Structural items = schema.items();
        if (items != null) {
            Map<JsonNode, JsonNode> before = keyed(schema, old);
            for (int i = 0; i < list.size(); i++) {
                JsonNode item = list.get(i);
                value(items, item, before.get(key(schema, item)), path + "[" + i + "]");
            }
        }
        if (source.has("minItems") && list.size() < source.get("minItems").longValue()) {
            invalid(
                    path,
                    list.size(),
                    "should have at least " + source.get("minItems").asText() + " items");
        }
        if (source.has("maxItems") && list.size() > source.get("maxItems").longValue()) {
            errors.add(FieldError.tooMany(
                    field(path), list.size(), source.get("maxItems").intValue()));
        }
        duplicates(schema, list, path);
        matches++;
    }

    /** Items of a list that is a map, by their keys: only those can be told to be the same. */
    private static Map<JsonNode, JsonNode> keyed(Structural schema, @Nullable JsonNode list) {
        Map<JsonNode, JsonNode> items = new HashMap<>();
        if (list != null && list.isArray() && schema.listType().equals("map")) {
            list.forEach(item -> items.put(key(schema, item), item));
        }
        return items;
    }

    private static JsonNode key(Structural schema, JsonNode item) {
        if (!(item instanceof ObjectNode object)) {
            return item;
        }
        ObjectNode key = object.objectNode();
        for (String each : schema.listKeys()) {
            JsonNode value = object.get(each);
            if (value != null) {
                key.set(each, value);
            }
        }
        return key;
    }

    /** Items of sets and maps may be there once. */
    private void duplicates(Structural schema, JsonNode list, String path) {
        String kind = schema.listType();
        if (!kind.equals("set") && !kind.equals("map")) {
            return;
        }
        Map<JsonNode, Integer> seen = HashMap.newHashMap(list.size());
        for (int i = 0; i < list.size(); i++) {
            JsonNode identity = kind.equals("map") ? key(schema, list.get(i)) : list.get(i);
            if (seen.merge(identity, 1, Integer::sum) == 2) {
                errors.add(FieldError.duplicate(path + "[" + i + "]", identity));
            }
        }
    }

    private void enumeration(Structural schema, JsonNode value, String path) {
        List<JsonNode> values = schema.constraints().values();
        if (values.isEmpty() || values.contains(value)) {
            return;
        }
        for (JsonNode each : values) {
            if (each.isNumber() && value.isNumber() && each.decimalValue().compareTo(value.decimalValue()) == 0) {
                return;
            }
        }
        errors.add(FieldError.notSupported(
                field(path),
                value,
                values.stream()
                        .map(each -> each.isTextual() ? each.textValue() : each.toString())
                        .toList()));
    }

    private void object(Structural schema, ObjectNode object, @Nullable JsonNode old, String path) {
        ObjectNode source = schema.source();
        if (source.has("minProperties")
                && object.size() < source.get("minProperties").longValue()) {
            invalid(
                    path,
                    object.size(),
                    "should have at least " + source.get("minProperties").asText() + " properties");
        }
        if (source.has("maxProperties")
                && object.size() > source.get("maxProperties").longValue()) {
            errors.add(FieldError.tooMany(
                    field(path), object.size(), source.get("maxProperties").intValue()));
        }
        String prefix = path.isEmpty() ? "" : path + ".";
        schema.properties().forEach((name, child) -> {
            JsonNode value = object.get(name);
            if (value != null) {
                value(child, value, old == null ? null : old.get(name), prefix + name);
            }
        });
        Structural additional = schema.additional();
        if (additional != null) {
            object.properties().forEach(entry -> {
                if (!schema.properties().containsKey(entry.getKey())) {
                    value(
                            additional,
                            entry.getValue(),
                            old == null ? null : old.get(entry.getKey()),
                            prefix + entry.getKey());
                }
            });
        }
        for (String name : schema.constraints().required()) {
            if (!object.has(name)) {
                errors.add(FieldError.required(prefix + name, ""));
            }
        }
        if (schema.embedded()) {
            embedded(object, path);
        }
        matches++;
    }

    /** An embedded object must say what it is. */
    private void embedded(ObjectNode object, String path) {
        for (String name : List.of("apiVersion", "kind")) {
            JsonNode value = object.path(name);
            if (value.isMissingNode() || value.isNull()) {
                errors.add(FieldError.required(path + "." + name, "must not be empty"));
            } else if (value.isTextual() && value.textValue().isEmpty()) {
                errors.add(FieldError.invalid(path + "." + name, "", "must not be empty"));
            } else if (!value.isTextual()) {
                errors.add(FieldError.invalid(path + "." + name, value, "must be a string"));
            }
        }
    }
}
