package io.flotilla.apiserver.registry.admissionregistration;

import io.flotilla.apiserver.registry.validation.CelIdentifiers;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.util.List;
import java.util.Locale;

/** What policies of both kinds share, and their bindings. */
final class PolicySpecs {

    private static final List<String> MUTATING_OPERATIONS = List.of("*", "CONNECT", "CREATE", "UPDATE");

    private PolicySpecs() {}

    static void check(Field spec, Findings findings) {
        findings.requiredOneOf(spec.at("failurePolicy"), MatchRules.FAILURE_POLICIES);
        if (spec.has("paramKind")) {
            checkParamKind(spec.at("paramKind"), findings);
        }
        Field constraints = spec.at("matchConstraints");
        if (!constraints.isSet()) {
            findings.required(constraints);
        } else {
            MatchRules.checkResources(constraints, findings);
            if (constraints.at("resourceRules").isEmpty()) {
                findings.required(constraints.at("resourceRules"));
            }
        }
        MatchRules.checkConditions(spec.at("matchConditions"), _ -> {}, findings);
        for (Field variable : spec.at("variables").items()) {
            checkVariable(variable, findings);
        }
    }

    /** What is deleted cannot be changed. */
    static void checkMutatingOperations(Field rules, Findings findings) {
        Field named = rules.at("operations");
        for (Field rule : rules.items()) {
            for (Field operation : rule.at("operations").items()) {
                if (!MUTATING_OPERATIONS.contains(operation.text())) {
                    findings.notSupported(named, operation.text(), MUTATING_OPERATIONS);
                }
            }
        }
    }

    private static void checkVariable(Field variable, Findings findings) {
        Field name = variable.at("name");
        if (name.text().isBlank()) {
            findings.required(name, "name is not specified");
        } else if (!CelIdentifiers.isWord(name.text()) || CelIdentifiers.isReserved(name.text())) {
            findings.invalid(name, "name is not a valid CEL identifier");
        }
        if (variable.text("expression").isBlank()) {
            findings.required(variable.at("expression"), "expression is not specified");
        }
    }

    private static void checkParamKind(Field paramKind, Findings findings) {
        Field apiVersion = paramKind.at("apiVersion");
        String text = apiVersion.text();
        int slash = text.indexOf('/');
        if (text.isEmpty()) {
            findings.required(apiVersion);
        } else if (slash >= 0 && text.indexOf('/', slash + 1) >= 0) {
            findings.invalid(apiVersion, "unexpected GroupVersion string: " + text);
        } else {
            String group = text.substring(0, Math.max(slash, 0));
            String version = text.substring(slash + 1);
            if (!group.isEmpty()) {
                invalidJoined(apiVersion, group, "", Names.subdomain(group), findings);
            }
            if (version.isEmpty()) {
                findings.invalid(apiVersion, "version must be specified");
            } else {
                invalidJoined(apiVersion, version, "", Names.dns1035Label(version), findings);
            }
        }
        Field kind = paramKind.at("kind");
        if (kind.isEmpty()) {
            findings.required(kind);
        } else {
            invalidJoined(
                    kind,
                    kind.text(),
                    "may have mixed case, but should otherwise match: ",
                    Names.dns1035Label(kind.text().toLowerCase(Locale.ROOT)),
                    findings);
        }
    }

    private static void invalidJoined(Field field, String value, String intro, List<String> wrong, Findings findings) {
        if (!wrong.isEmpty()) {
            findings.invalid(field, value, intro + String.join(",", wrong));
        }
    }

    /** Checks what bindings of both kinds say. */
    static void checkBinding(Field spec, Findings findings) {
        Field policy = spec.at("policyName");
        if (policy.isEmpty()) {
            findings.required(policy);
        } else {
            findings.invalid(policy, Names.subdomain(policy.text()));
        }
        if (spec.has("paramRef")) {
            checkParamRef(spec.at("paramRef"), findings);
        }
        if (spec.has("matchResources")) {
            MatchRules.checkResources(spec.at("matchResources"), findings);
        }
    }

    private static void checkParamRef(Field reference, Findings findings) {
        String exclusive = "name and selector are mutually exclusive";
        Field name = reference.at("name");
        Field selector = reference.at("selector");
        findings.invalid(name, Names.pathSegment(name.text()));
        if (!name.isEmpty() && selector.isSet()) {
            findings.forbidden(name, exclusive);
        }
        Selectors.check(selector, findings);
        if (!name.isEmpty() && selector.isSet()) {
            findings.forbidden(selector, exclusive);
        }
        if (name.isEmpty() && !selector.isSet()) {
            findings.required(reference, "one of name or selector must be specified");
        }
        Field action = reference.at("parameterNotFoundAction");
        if (action.isEmpty()) {
            findings.required(action);
        } else if (!action.is("Deny") && !action.is("Allow")) {
            findings.notSupported(action, List.of("Deny", "Allow"));
        }
    }
}
