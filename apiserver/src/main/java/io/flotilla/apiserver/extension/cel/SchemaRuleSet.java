package io.flotilla.apiserver.extension.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.compiler.CelCompiler;
import io.flotilla.apiserver.extension.cel.cost.Budget;
import io.flotilla.apiserver.extension.cel.cost.Extent;
import io.flotilla.apiserver.extension.structural.Structural;
import io.flotilla.apiserver.request.FieldError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rules of a schema and of all that is in it, compiled. Immutable; safe from any thread. */
public final class SchemaRuleSet {
    private final Structural schema;
    private final boolean resource;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<String, SchemaRuleSet> properties = new LinkedHashMap<>();
    private final @Nullable SchemaRuleSet additional;
    private final @Nullable SchemaRuleSet items;

    private SchemaRuleSet(Structural schema, boolean resource) {
        this.schema = schema;
        this.resource = resource;
        for (JsonNode rule : schema.rules()) {
            rules.add(compile(schema, rule, resource));
        }
        schema.properties().forEach((name, child) -> {
            if (hasRules(child)) {
                properties.put(name, new SchemaRuleSet(child, child.embedded()));
            }
        });
        additional = below(schema.additional());
        items = below(schema.items());
    }

    private static @Nullable SchemaRuleSet below(@Nullable Structural schema) {
        return schema == null || !hasRules(schema) ? null : new SchemaRuleSet(schema, schema.embedded());
    }

    /**
     * Compiles the rules of the schema of whole objects.
     *
     * @throws IllegalArgumentException a rule is none
     */
    public static SchemaRuleSet of(Structural schema) {
        return new SchemaRuleSet(schema, true);
    }

    /** Whether there are rules in the schema: without them this package is left alone. */
    public static boolean hasRules(Structural schema) {
        Structural additional = schema.additional();
        Structural items = schema.items();
        return !schema.rules().isEmpty()
                || (additional != null && hasRules(additional))
                || (items != null && hasRules(items))
                || schema.properties().values().stream().anyMatch(SchemaRuleSet::hasRules);
    }

    /**
     * Tries one rule.
     *
     * @param resource whether the schema is that of whole objects
     * @throws IllegalArgumentException it is none; the message tells why
     */
    public static Tried tryRule(Structural schema, JsonNode rule, boolean resource) {
        Rule compiled = compile(schema, rule, resource);
        return new Tried(
                compiled.usesOldSelf(),
                compiled.estimate(schema, resource),
                compiled.estimateMessage(schema, resource));
    }

    /**
     * What there is to know of a rule before it is used.
     *
     * @param compares whether it compares with an old value
     * @param cost what it costs at most for one value
     * @param messageCost what its message costs at most
     */
    public record Tried(boolean compares, long cost, long messageCost) {}

    /** How often a value of the schema can occur in a request at most, wherever the schema stands. */
    public static long mostInRequest(Structural schema) {
        return Extent.of(schema, Escaped::of).mostInRequest();
    }

    private static Rule compile(Structural schema, JsonNode rule, boolean resource) {
        CelCompiler compiler = Expressions.compiler(
                new SchemaTypes(schema, resource), rule.path("optionalOldSelf").asBoolean(false));
        return new Rule(rule, compiler);
    }

    /** Holds an object against all rules; those that compare apply only where there is an old value. */
    public List<FieldError> check(ObjectNode object, @Nullable ObjectNode old) {
        Run run = new Run();
        run.value(this, "", object, old);
        return run.errors;
    }

    private static final class Run {
        final List<FieldError> errors = new ArrayList<>(0);
        private final Budget budget = new Budget(Budget.OF_REQUEST);

        void value(SchemaRuleSet set, String path, JsonNode value, @Nullable JsonNode old) {
            if (value.isNull() || budget.isOver()) {
                return;
            }
            JsonNode before = old == null || old.isNull() || old.isMissingNode() ? null : old;
            if (!set.rules.isEmpty()) {
                rules(set, path, value, before);
            }
            if (value instanceof ObjectNode object) {
                object(set, path, object, before);
            } else if (value.isArray() && set.items != null) {
                list(set, set.items, path, value, before);
            }
        }

        private void rules(SchemaRuleSet set, String path, JsonNode value, @Nullable JsonNode old) {
            Object self = SchemaValues.of(set.schema, value, set.resource);
            Object oldSelf = old == null ? null : SchemaValues.of(set.schema, old, set.resource);
            boolean unchanged = old != null && old.equals(value);
            String type = set.schema.type();
            Object shown = value.isContainerNode() ? FieldError.OMITTED : value;
            for (Rule rule : set.rules) {
                if ((rule.isTransition() && old == null) || (unchanged && !rule.usesOldSelf())) {
                    continue;
                }
                Optional<FieldError> found = rule.check(path, type, self, oldSelf, shown, budget);
                if (budget.isOverdrawn()) {
                    errors.add(FieldError.invalid(path, type, Budget.OVERDRAWN));
                } else {
                    found.ifPresent(errors::add);
                }
                if (budget.isOver()) {
                    return;
                }
            }
        }

        private void object(SchemaRuleSet set, String path, ObjectNode object, @Nullable JsonNode old) {
            String prefix = path.isEmpty() ? "" : path + ".";
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                String name = entry.getKey();
                JsonNode before = old == null ? null : old.get(name);
                SchemaRuleSet property = set.properties.get(name);
                if (property != null) {
                    value(property, prefix + name, entry.getValue(), before);
                } else if (set.additional != null) {
                    value(set.additional, path + "[" + name + "]", entry.getValue(), before);
                }
            }
        }

        /** Only items of a list that is a map can be told to be what they were. */
        private void list(SchemaRuleSet set, SchemaRuleSet items, String path, JsonNode list, @Nullable JsonNode old) {
            List<String> keys = set.schema.listType().equals("map") ? set.schema.listKeys() : List.of();
            for (int i = 0; i < list.size(); i++) {
                JsonNode item = list.get(i);
                value(items, path + "[" + i + "]", item, keys.isEmpty() || old == null ? null : same(item, old, keys));
            }
        }

        private static @Nullable JsonNode same(JsonNode item, JsonNode old, List<String> keys) {
            for (JsonNode each : old) {
                if (keys.stream().allMatch(key -> each.path(key).equals(item.path(key)))) {
                    return each;
                }
            }
            return null;
        }
    }
}
