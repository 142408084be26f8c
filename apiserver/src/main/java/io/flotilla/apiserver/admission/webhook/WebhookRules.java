package io.flotilla.apiserver.admission.webhook;

import io.flotilla.apiserver.admission.matching.Conditions;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.registry.admissionregistration.MatchRules;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import io.flotilla.apiserver.webhook.ClientRules;
import io.flotilla.apiserver.webhook.ReviewVersions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What makes one webhook of a configuration valid. */
final class WebhookRules {
    private static final Set<String> NO_SIDE_EFFECTS = Set.of("None", "NoneOnDryRun");
    private static final Set<String> SIDE_EFFECTS = Set.of("None", "NoneOnDryRun", "Some", "Unknown");

    private final Demands demands;
    private final Findings findings;

    WebhookRules(Demands demands, Findings findings) {
        this.demands = demands;
        this.findings = findings;
    }

    /** What is demanded of a webhook; an update may keep what was once allowed if the old configuration has it. */
    record Demands(boolean noSideEffects, boolean knownVersion, boolean uniqueName) {
        static final Demands OF_NEW = new Demands(true, true, true);

        static Demands ofUpdate(Field old) {
            boolean noSideEffects = true;
            boolean knownVersion = true;
            boolean uniqueName = true;
            Set<String> names = new HashSet<>();
            for (Field hook : old.at("webhooks").items()) {
                noSideEffects &= NO_SIDE_EFFECTS.contains(hook.text("sideEffects"));
                knownVersion &= ReviewVersions.isKnown(hook.at("admissionReviewVersions"));
                uniqueName &= names.add(hook.text("name"));
            }
            return new Demands(noSideEffects, knownVersion, uniqueName);
        }
    }

    void check(Field hook) {
        name(hook.at("name"));
        hook.at("rules").items().forEach(rule -> MatchRules.checkRule(rule, findings));
        optional(hook.at("failurePolicy"), MatchRules.FAILURE_POLICIES);
        optional(hook.at("matchPolicy"), MatchRules.MATCH_POLICIES);
        Field sideEffects = hook.at("sideEffects");
        Set<String> allowed = demands.noSideEffects() ? NO_SIDE_EFFECTS : SIDE_EFFECTS;
        if (sideEffects.isSet()) {
            findings.oneOf(sideEffects, allowed);
        } else {
            findings.required(sideEffects, "must specify one of " + String.join(", ", new TreeSet<>(allowed)));
        }
        Field timeout = hook.at("timeoutSeconds");
        if (timeout.isSet() && (timeout.number() < 1 || timeout.number() > 30)) {
            findings.invalid(timeout, "the timeout value must be between 1 and 30 seconds");
        }
        Selectors.check(hook.at("namespaceSelector"), findings);
        Selectors.check(hook.at("objectSelector"), findings);
        optional(hook.at("reinvocationPolicy"), MatchRules.REINVOCATION_POLICIES);
        new ClientRules(findings).check(hook.at("clientConfig"));
        MatchRules.checkConditions(hook.at("matchConditions"), this::expression, findings);
        Field versions = hook.at("admissionReviewVersions");
        if (versions.isEmpty()) {
            findings.required(versions, "must specify one of v1, v1beta1");
        } else {
            ReviewVersions.check(versions, demands.knownVersion(), findings);
        }
    }

    private void name(Field name) {
        List<String> wrong = Names.subdomain(name.text());
        if (name.isEmpty()) {
            findings.required(name);
        } else if (!wrong.isEmpty()) {
            findings.invalid(name, String.join(",", wrong));
        } else if (name.text().split("\\.", -1).length < 3) {
            findings.invalid(name, "should be a domain with at least three segments separated by dots");
        }
    }

    private void optional(Field field, Set<String> supported) {
        if (field.isSet()) {
            findings.oneOf(field, supported);
        }
    }

    private void expression(Field expression) {
        try {
            ObjectExpression.ofBoolean(expression.text(), Conditions.VARIABLES);
        } catch (IllegalArgumentException e) {
            findings.invalid(expression, String.valueOf(e.getMessage()));
        }
    }
}
