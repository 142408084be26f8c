package io.flotilla.apiserver.extension.definition;

import io.flotilla.apiserver.extension.cel.SchemaRuleSet;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What the rules of one schema cost at most: each, and all together. */
final class RuleCosts {
    /** Values that a schema does not bound the number of. */
    static final long UNBOUNDED = -1;

    private static final long RULE_LIMIT = 10_000_000;
    private static final long SCHEMA_LIMIT = 100_000_000;
    private static final int MOST_TOLD = 4;

    private final List<Noted> noted = new ArrayList<>();

    private record Noted(Field expression, String name, long cost) {}

    /** The number of values below a list or a map, of which there are so many themselves. */
    static long times(long most, Field limit) {
        return most == UNBOUNDED || !limit.isNumber() ? UNBOUNDED : saturated(most, Math.max(0, limit.number()));
    }

    private static long saturated(long a, long b) {
        return a != 0 && b > Long.MAX_VALUE / a ? Long.MAX_VALUE : a * b;
    }

    /** Notes what a rule costs for so many values. */
    void note(Field rule, SchemaRuleSet.Tried tried, long values) {
        noted.add(new Noted(rule.at("rule"), "estimated rule cost", saturated(tried.cost(), values)));
        if (tried.messageCost() > 0) {
            noted.add(new Noted(rule.at("messageExpression"), "estimated messageExpression cost", tried.messageCost()));
        }
    }

    /** Refuses what costs too much. */
    void tell(Field schema, Findings findings) {
        long total = 0;
        for (Noted each : noted) {
            if (each.cost() > RULE_LIMIT) {
                findings.forbidden(each.expression(), excess(each.name(), each.cost(), RULE_LIMIT));
            }
            total = total > Long.MAX_VALUE - each.cost() ? Long.MAX_VALUE : total + each.cost();
        }
        if (total <= SCHEMA_LIMIT) {
            return;
        }
        noted.stream()
                .sorted(Comparator.comparingLong(Noted::cost).reversed())
                .limit(MOST_TOLD)
                .forEach(each -> findings.forbidden(
                        each.expression(),
                        "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"));
        findings.forbidden(
                schema,
                excess(
                        "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema",
                        total,
                        SCHEMA_LIMIT));
    }

    private static String excess(String what, long cost, long limit) {
        double factor = (double) cost / limit;
        String told =
                factor > 100 ? "more than 100x" : String.format(Locale.ROOT, factor < 1.5 ? "%fx" : "%.1fx", factor);
        return what + " exceeds budget by factor of " + told
                + " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and"
                + " strings are declared)";
    }
}
