package io.flotilla.apiserver.extension.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.flotilla.apiserver.extension.cel.SchemaRuleSet;
import io.flotilla.apiserver.extension.structural.SchemaValidation;
import io.flotilla.apiserver.extension.structural.Structural;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.request.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a schema must be to be structural: every field has one type, told in one place (KEP-1111 and the API reference). */
final class SchemaRules {
    private static final Set<String> TYPES = Set.of("array", "boolean", "integer", "number", "object", "string");

    /** Members that say nothing of a value but what it must satisfy; nothing else may stand below a junctor. */
    private static final Set<String> NOT_BELOW_JUNCTORS = Set.of(
            "type",
            "description",
            "title",
            "default",
            "nullable",
            "additionalProperties",
            "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-embedded-resource",
            "x-kubernetes-list-type",
            "x-kubernetes-list-map-keys",
            "x-kubernetes-map-type");

    private final Findings findings;
    private final RuleCosts costs = new RuleCosts();

    /** Where in a value a schema stands. */
    private enum Level {
        ROOT,
        FIELD,
        ITEM
    }

    SchemaRules(Findings findings) {
        this.findings = findings;
    }

    void check(Field schema) {
        check(schema, Level.ROOT, "", 1);
        if (schema.at("nullable").flag()) {
            findings.forbidden(schema.at("nullable"), "nullable cannot be true at the root");
        }
        costs.tell(schema, findings);
    }

    /**
     * @param uncorrelated the list above whose items cannot be told to be what they were; empty for none
     * @param most how many values of the schema an object can have; {@link RuleCosts#UNBOUNDED} for any number
     */
    private void check(Field schema, Level level, String uncorrelated, long most) {
        forbidden(schema);
        type(schema, level);
        extensions(schema);
        value(schema);
        if (schema.has("items")
                && schema.has("properties")
                && schema.text("type").isEmpty()) {
            findings.forbidden(schema.at("items"), "items and properties are mutual exclusive");
        }
        for (Field property : schema.at("properties").entries()) {
            check(property, Level.FIELD, uncorrelated, most);
        }
        if (schema.at("additionalProperties").value().isObject()) {
            check(
                    schema.at("additionalProperties"),
                    Level.FIELD,
                    uncorrelated,
                    RuleCosts.times(most, schema.at("maxProperties")));
        }
        Field items = schema.at("items");
        if (items.value().isObject()) {
            boolean correlated = schema.at("x-kubernetes-list-type").is("map");
            check(
                    items,
                    Level.ITEM,
                    uncorrelated.isEmpty() && !correlated ? schema.path() : uncorrelated,
                    RuleCosts.times(most, schema.at("maxItems")));
        } else if (items.value().isArray()) {
            findings.forbidden(items, "items must be a schema object and not an array");
        } else if (schema.at("type").is("array")) {
            findings.required(items, "must be specified");
        }
        junctors(schema, schema);
        defaultValue(schema);
        metadata(schema, level);
        rules(schema, level == Level.ROOT || schema.flag("x-kubernetes-embedded-resource"), uncorrelated, most);
    }

    private void forbidden(Field schema) {
        for (String name : List.of(
                "$ref", "$schema", "id", "definitions", "dependencies", "patternProperties", "additionalItems")) {
            if (schema.has(name)) {
                findings.forbidden(schema.at(name), name + " is not supported");
            }
        }
        if (schema.flag("uniqueItems")) {
            findings.forbidden(
                    schema.at("uniqueItems"),
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        }
        Field additional = schema.at("additionalProperties");
        if (additional.isSet() && !schema.at("properties").isEmpty()) {
            findings.forbidden(additional, "additionalProperties and properties are mutual exclusive");
        }
        if (additional.value().isBoolean() && !additional.flag()) {
            findings.forbidden(additional, "additionalProperties cannot be set to false");
        }
    }

    private void type(Field schema, Level level) {
        Field type = schema.at("type");
        boolean intOrString = schema.flag("x-kubernetes-int-or-string");
        if (type.isEmpty()) {
            boolean untyped = intOrString || schema.flag("x-kubernetes-preserve-unknown-fields");
            if (!untyped || level == Level.ROOT) {
                findings.required(
                        type,
                        switch (level) {
                            case ROOT -> "must not be empty at the root";
                            case FIELD -> "must not be empty for specified object fields";
                            case ITEM -> "must not be empty for specified array items";
                        });
            }
            return;
        }
        if (!TYPES.contains(type.text())) {
            findings.notSupported(type, new TreeSet<>(TYPES));
        } else if (level == Level.ROOT && !type.is("object")) {
            findings.invalid(type, "must be object at the root");
        }
        if (intOrString) {
            findings.invalid(type, "must be empty if x-kubernetes-int-or-string is true");
        }
    }

    private void extensions(Field schema) {
        Field type = schema.at("type");
        Field preserve = schema.at("x-kubernetes-preserve-unknown-fields");
        if (preserve.isSet() && !preserve.flag()) {
            findings.invalid(preserve, "must be true or undefined");
        }
        if (preserve.flag() && !type.isEmpty() && !type.is("object")) {
            findings.invalid(type, "must be object if x-kubernetes-preserve-unknown-fields is true");
        }
        if (schema.flag("x-kubernetes-embedded-resource")) {
            if (type.isEmpty()) {
                findings.required(type, "must be object if x-kubernetes-embedded-resource is true");
            } else if (!type.is("object")) {
                findings.invalid(type, "must be object if x-kubernetes-embedded-resource is true");
            }
            if (!preserve.flag() && schema.at("properties").isEmpty()) {
                findings.required(
                        schema.at("properties"),
                        "must not be empty if x-kubernetes-embedded-resource is true without"
                                + " x-kubernetes-preserve-unknown-fields");
            }
        }
        Field mapType = schema.at("x-kubernetes-map-type");
        if (!mapType.isEmpty()) {
            findings.oneOf(mapType, Set.of("atomic", "granular"));
            if (!type.is("object")) {
                wrong(type, "must be object if x-kubernetes-map-type is specified");
            }
        }
        listType(schema, type);
    }

    private void wrong(Field type, String words) {
        if (type.isEmpty()) {
            findings.required(type, words);
        } else {
            findings.invalid(type, words);
        }
    }

    private void listType(Field schema, Field type) {
        Field listType = schema.at("x-kubernetes-list-type");
        Field keys = schema.at("x-kubernetes-list-map-keys");
        boolean map = listType.is("map");
        if (!listType.isEmpty()) {
            findings.oneOf(listType, Set.of("atomic", "set", "map"));
            if (!type.is("array")) {
                wrong(type, "must be array if x-kubernetes-list-type is specified");
            }
        }
        if (!map) {
            if (!keys.isEmpty()) {
                if (listType.isEmpty()) {
                    findings.required(listType, "must be map if x-kubernetes-list-map-keys is non-empty");
                } else {
                    findings.invalid(listType, "must be map if x-kubernetes-list-map-keys is non-empty");
                }
            }
            return;
        }
        if (keys.isEmpty()) {
            findings.required(keys, "must not be empty if x-kubernetes-list-type is map");
            return;
        }
        Field items = schema.at("items");
        if (!items.at("type").is("object")) {
            wrong(items.at("type"), "must be object if parent array's x-kubernetes-list-type is map");
            return;
        }
        Set<String> seen = new TreeSet<>();
        List<String> required = items.at("required").texts();
        for (Field key : keys.items()) {
            Field property = items.at("properties").key(key.text());
            if (!items.at("properties").has(key.text())) {
                findings.invalid(key, "entries must all be names of item properties");
            } else if (!Set.of("string", "integer", "number", "boolean").contains(property.text("type"))) {
                findings.invalid(
                        property.at("type"), "must be a scalar type if parent array's x-kubernetes-list-type is map");
            } else if (!required.contains(key.text()) && !property.has("default")) {
                findings.required(
                        property.at("default"),
                        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required"
                                + " property");
            }
            if (!seen.add(key.text())) {
                findings.duplicate(key, key.text());
            }
        }
    }

    private void value(Field schema) {
        Field pattern = schema.at("pattern");
        if (!pattern.isEmpty()) {
            try {
                Pattern.compile(pattern.text());
            } catch (PatternSyntaxException e) {
                findings.invalid(pattern, "must be a valid regular expression, but isn't: " + e.getMessage());
            }
        }
    }

    /** What stands below allOf, anyOf, oneOf and not speaks of fields that are told above, and tells no types. */
    private void junctors(Field schema, Field above) {
        for (String name : List.of("allOf", "anyOf", "oneOf")) {
            for (Field each : schema.at(name).items()) {
                junctor(each, above);
            }
        }
        if (schema.at("not").isSet()) {
            junctor(schema.at("not"), above);
        }
    }

    private void junctor(Field schema, Field above) {
        boolean intOrString = above.flag("x-kubernetes-int-or-string");
        for (String name : new TreeSet<>(NOT_BELOW_JUNCTORS)) {
            if (schema.has(name) && !(name.equals("type") && intOrString)) {
                findings.forbidden(
                        schema.at(name),
                        name.equals("nullable") || name.startsWith("x-")
                                ? "must be false to be structural"
                                : "must be empty to be structural");
            }
        }
        value(schema);
        for (Field property : schema.at("properties").entries()) {
            Field declared = above.at("properties").key(property.name());
            if (!above.at("properties").has(property.name()) && !above.flag("x-kubernetes-preserve-unknown-fields")) {
                findings.required(declared, "because it is defined in " + property.path());
            }
            junctor(property, declared);
        }
        Field items = schema.at("items");
        if (items.isSet()) {
            junctor(items, above.at("items"));
        }
        junctors(schema, above);
    }

    private void defaultValue(Field schema) {
        Field value = schema.at("default");
        if (!value.isSet() || value.value().isNull()) {
            return;
        }
        List<FieldError> errors = new ArrayList<>(
                SchemaValidation.check(Structural.of(schema.value()), value.value(), null, value.path()));
        errors.forEach(findings::add);
    }

    /** Metadata is what it is for every kind; a schema may narrow names alone. */
    private void metadata(Field schema, Level level) {
        if (level != Level.ROOT && !schema.flag("x-kubernetes-embedded-resource")) {
            return;
        }
        Field metadata = schema.at("properties").key("metadata");
        if (!schema.at("properties").has("metadata")) {
            return;
        }
        if (!metadata.at("type").is("object")) {
            findings.invalid(metadata.at("type"), metadata.text("type"), "must be object");
        }
        for (Field property : metadata.at("properties").entries()) {
            if (!property.name().equals("name") && !property.name().equals("generateName")) {
                findings.forbidden(
                        metadata,
                        "must not specify anything other than name and generateName, but metadata is implicitly"
                                + " specified");
                return;
            }
        }
    }

    private void rules(Field schema, boolean resource, String uncorrelated, long most) {
        for (Field rule : schema.at("x-kubernetes-validations").items()) {
            JsonNode text = rule.value().path("rule");
            if (text.asText("").isBlank()) {
                findings.required(rule.at("rule"), "rule is not specified");
            } else {
                compile(schema, rule, resource, uncorrelated, most);
            }
            Field message = rule.at("message");
            if (message.isSet() && message.text().isBlank()) {
                findings.invalid(message, "message must be non-empty if specified");
            } else if (message.text().indexOf('\n') >= 0) {
                findings.invalid(message, "message must not contain line breaks");
            } else if (message.isEmpty()
                    && text.asText("").strip().indexOf('\n') >= 0
                    && !rule.has("messageExpression")) {
                findings.required(message, "message must be specified if rule contains line breaks");
            }
            if (!rule.at("reason").isEmpty()) {
                findings.oneOf(
                        rule.at("reason"),
                        Set.of(
                                "FieldValueInvalid",
                                "FieldValueForbidden",
                                "FieldValueRequired",
                                "FieldValueDuplicate"));
            }
        }
    }

    private void compile(Field schema, Field rule, boolean resource, String uncorrelated, long most) {
        try {
            Structural structural = Structural.of(schema.value());
            SchemaRuleSet.Tried tried = SchemaRuleSet.tryRule(structural, rule.value(), resource);
            costs.note(rule, tried, most == RuleCosts.UNBOUNDED ? SchemaRuleSet.mostInRequest(structural) : most);
            if (tried.compares() && !uncorrelated.isEmpty()) {
                findings.invalid(
                        rule.at("rule"),
                        "oldSelf cannot be used on the uncorrelatable portion of the schema within " + uncorrelated);
            } else if (!tried.compares() && rule.has("optionalOldSelf")) {
                findings.invalid(rule.at("optionalOldSelf"), "may not be set if oldSelf is not used in rule");
            }
        } catch (IllegalArgumentException e) {
            findings.invalid(rule.at("rule"), "compilation failed: " + e.getMessage());
        }
    }
}
