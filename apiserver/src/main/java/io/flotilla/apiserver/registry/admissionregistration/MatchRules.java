package io.flotilla.apiserver.registry.admissionregistration;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What webhooks and policies say about the requests that are theirs. */
public final class MatchRules {
    public static final Set<String> FAILURE_POLICIES = Set.of("Ignore", "Fail");
    public static final Set<String> MATCH_POLICIES = Set.of("Exact", "Equivalent");
    public static final Set<String> REINVOCATION_POLICIES = Set.of("Never", "IfNeeded");
    private static final Set<String> OPERATIONS = Set.of("*", "CREATE", "UPDATE", "DELETE", "CONNECT");
    private static final Set<String> SCOPES = Set.of("Cluster", "Namespaced", "*");
    private static final int MAX_CONDITIONS = 64;

    private MatchRules() {}

    /** Checks {@code MatchResources}: all it holds is set, by default. */
    static void checkResources(Field match, Findings findings) {
        findings.requiredOneOf(match.at("matchPolicy"), MATCH_POLICIES);
        for (String name : List.of("namespaceSelector", "objectSelector")) {
            if (match.has(name)) {
                Selectors.check(match.at(name), findings);
            } else {
                findings.required(match.at(name));
            }
        }
        for (String name : List.of("resourceRules", "excludeResourceRules")) {
            for (Field rule : match.at(name).items()) {
                checkResourceNames(rule.at("resourceNames"), findings);
                checkRule(rule, findings);
            }
        }
    }

    private static void checkResourceNames(Field names, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (Field name : names.items()) {
            findings.invalid(name, Names.pathSegment(name.text()));
            if (!seen.add(name.text())) {
                findings.duplicate(name);
            }
        }
    }

    /** Checks a {@code RuleWithOperations}. */
    public static void checkRule(Field rule, Findings findings) {
        Field operations = rule.at("operations");
        checkList(operations, "operations", findings);
        for (Field operation : operations.items()) {
            findings.oneOf(operation, OPERATIONS);
        }
        checkList(rule.at("apiGroups"), "API groups", findings);
        Field versions = rule.at("apiVersions");
        checkList(versions, "API versions", findings);
        for (Field version : versions.items()) {
            if (version.isEmpty()) {
                findings.required(version);
            }
        }
        checkResourceList(rule.at("resources"), findings);
        if (rule.has("scope")) {
            findings.oneOf(rule.at("scope"), SCOPES);
        }
    }

    private static void checkList(Field list, String others, Findings findings) {
        if (list.isEmpty()) {
            findings.required(list);
        } else if (list.size() > 1 && list.any(each -> each.is("*"))) {
            findings.invalid(list, "if '*' is present, must not specify other " + others);
        }
    }

    /** Resources with subresources; what a wildcard covers is not named again. */
    private static void checkResourceList(Field resources, Findings findings) {
        if (resources.isEmpty()) {
            findings.required(resources);
        }
        Set<String> wholeResources = new HashSet<>();
        Set<String> subresources = new HashSet<>();
        boolean lastIsPlain = false;
        for (Field each : resources.items()) {
            String text = each.text();
            if (text.isEmpty()) {
                findings.required(each);
                continue;
            }
            int slash = text.indexOf('/');
            if (slash < 0) {
                // As Kubernetes has it: the last one decides.
                lastIsPlain = !text.equals("*");
                continue;
            }
            String resource = text.substring(0, slash);
            String subresource = text.substring(slash + 1);
            if (wholeResources.contains(resource)) {
                findings.invalid(each, "if '" + resource + "/*' is present, must not specify " + text);
            }
            if (subresources.contains(subresource)) {
                findings.invalid(each, "if '*/" + subresource + "' is present, must not specify " + text);
            }
            if (subresource.equals("*")) {
                wholeResources.add(resource);
            }
            if (resource.equals("*")) {
                subresources.add(subresource);
            }
        }
        if (resources.size() > 1 && resources.any(each -> each.is("*/*"))) {
            findings.invalid(resources, "if '*/*' is present, must not specify other resources");
        }
        if (lastIsPlain && resources.any(each -> each.is("*"))) {
            findings.invalid(resources, "if '*' is present, must not specify other resources without subresources");
        }
    }

    /**
     * Checks {@code matchConditions}.
     *
     * @param expressions checks an expression that is there
     */
    public static void checkConditions(Field conditions, Consumer<Field> expressions, Findings findings) {
        if (conditions.size() > MAX_CONDITIONS) {
            findings.tooMany(conditions, conditions.size(), MAX_CONDITIONS);
        }
        Set<String> names = new HashSet<>();
        for (Field condition : conditions.items()) {
            Field expression = condition.at("expression");
            if (expression.text().isBlank()) {
                findings.required(expression);
            } else {
                expressions.accept(expression);
            }
            Field name = condition.at("name");
            if (name.isEmpty()) {
                findings.required(name);
            } else {
                findings.invalid(name, Names.qualified(name.text()));
                if (!names.add(name.text())) {
                    findings.duplicate(name);
                }
            }
        }
    }
}
