package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules of what steers a pod onto nodes: affinity, tolerations, topology spread. */
public final class SchedulingRules {
    private static final List<String> EFFECTS = List.of("NoSchedule", "PreferNoSchedule", "NoExecute");
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private SchedulingRules() {}

    static void checkAffinity(Field affinity, Findings findings) {
        Field node = affinity.at("nodeAffinity");
        if (node.has(REQUIRED)) {
            checkNodeSelector(node.at(REQUIRED), findings);
        }
        for (Field term : node.at(PREFERRED).items()) {
            checkWeight(term, findings);
            checkNodeTerm(term.at("preference"), true, findings);
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            Field pods = affinity.at(kind);
            for (Field term : pods.at(REQUIRED).items()) {
                checkPodTerm(term, findings);
            }
            for (Field term : pods.at(PREFERRED).items()) {
                checkWeight(term, findings);
                checkPodTerm(term.at("podAffinityTerm"), findings);
            }
        }
    }

    private static void checkWeight(Field term, Findings findings) {
        long weight = term.number("weight");
        if (weight <= 0 || weight > 100) {
            findings.invalid(term.at("weight"), weight, "must be in the range 1-100");
        }
    }

    /** Checks a NodeSelector: of a pod's affinity or a volume's. */
    public static void checkNodeSelector(Field selector, Findings findings) {
        Field terms = selector.at("nodeSelectorTerms");
        if (terms.isEmpty()) {
            findings.required(terms, "must have at least one node selector term");
        }
        for (Field term : terms.items()) {
            checkNodeTerm(term, false, findings);
        }
    }

    private static void checkNodeTerm(Field term, boolean anyValue, Findings findings) {
        for (Field requirement : term.at("matchExpressions").items()) {
            checkNodeRequirement(requirement, anyValue, findings);
        }
        for (Field requirement : term.at("matchFields").items()) {
            Field values = requirement.at("values");
            String operator = requirement.text("operator");
            if (!operator.equals("In") && !operator.equals("NotIn")) {
                findings.invalid(requirement.at("operator"), operator, "not a valid selector operator");
            } else if (values.size() != 1) {
                findings.required(
                        values, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
            }
            if (!requirement.at("key").is("metadata.name")) {
                findings.invalid(requirement.at("key"), requirement.text("key"), "not a valid field selector key");
            } else {
                for (Field value : values.items()) {
                    findings.invalid(value, Names.subdomain(value.text()));
                }
            }
        }
    }

    private static void checkNodeRequirement(Field requirement, boolean anyValue, Findings findings) {
        Field values = requirement.at("values");
        switch (requirement.text("operator")) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    findings.required(values, "must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    findings.forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            case "Gt", "Lt" -> {
                if (values.size() != 1) {
                    findings.required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
                }
            }
            default ->
                findings.invalid(
                        requirement.at("operator"), requirement.text("operator"), "not a valid selector operator");
        }
        findings.invalid(requirement.at("key"), requirement.text("key"), Names.qualified(requirement.text("key")));
        if (!anyValue) {
            for (Field value : values.items()) {
                findings.invalid(value, Names.labelValue(value.text()));
            }
        }
    }

    private static void checkPodTerm(Field term, Findings findings) {
        Field selector = term.at("labelSelector");
        Selectors.check(selector, findings);
        Selectors.check(term.at("namespaceSelector"), findings);
        for (String namespace : term.at("namespaces").texts()) {
            findings.invalid(term.at("namespace"), namespace, Names.label(namespace));
        }
        for (String list : List.of("matchLabelKeys", "mismatchLabelKeys")) {
            Field keys = term.at(list);
            if (!keys.isEmpty() && !selector.isSet()) {
                findings.forbidden(keys, "must not be specified when labelSelector is not set");
            } else {
                keys.items().forEach(key -> findings.invalid(key, Names.qualified(key.text())));
            }
        }
        List<String> mismatches = term.at("mismatchLabelKeys").texts();
        for (Field key : term.at("matchLabelKeys").items()) {
            if (mismatches.contains(key.text())) {
                findings.invalid(key, "exists in both matchLabelKeys and mismatchLabelKeys");
            }
        }
        Field topology = term.at("topologyKey");
        if (topology.isEmpty()) {
            findings.required(topology, "can not be empty");
        }
        findings.invalid(topology, topology.text(), Names.qualified(topology.text()));
    }

    public static void checkTolerations(Field tolerations, Findings findings) {
        for (Field toleration : tolerations.items()) {
            String key = toleration.text("key");
            Field operator = toleration.at("operator");
            Field effect = toleration.at("effect");
            if (!key.isEmpty()) {
                findings.invalid(toleration.at("key"), Names.qualified(key));
            } else if (!operator.is("Exists")) {
                findings.invalid(
                        operator,
                        operator.text(),
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            }
            if (toleration.has("tolerationSeconds") && !effect.is("NoExecute")) {
                findings.invalid(effect, effect.text(), "effect must be 'NoExecute' when `tolerationSeconds` is set");
            }
            String value = toleration.text("value");
            switch (operator.text()) {
                case "", "Equal" -> {
                    List<String> wrong = Names.labelValue(value);
                    if (!wrong.isEmpty()) {
                        findings.invalid(operator, value, String.join(";", wrong));
                    }
                }
                case "Exists" -> {
                    if (!value.isEmpty()) {
                        findings.invalid(operator, value, "value must be empty when `operator` is 'Exists'");
                    }
                }
                default -> findings.notSupported(operator, List.of("Equal", "Exists"));
            }
            if (!effect.isEmpty() && !EFFECTS.contains(effect.text())) {
                findings.notSupported(effect, EFFECTS);
            }
        }
    }

    /** Checks the taints of a node, told of {@code metadata.taints} as Kubernetes has it. */
    public static void checkTaints(Field taints, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (Field taint : taints.items()) {
            String key = taint.text("key");
            findings.invalid(taint.at("key"), key, Names.qualified(key));
            List<String> wrong = Names.labelValue(taint.text("value"));
            if (!wrong.isEmpty()) {
                findings.invalid(taint.at("value"), String.join(";", wrong));
            }
            Field effect = taint.at("effect");
            if (effect.isEmpty()) {
                findings.required(effect);
            } else if (!EFFECTS.contains(effect.text())) {
                findings.notSupported(effect, EFFECTS);
            }
            if (!seen.add(effect.text() + " " + key)) {
                findings.add(new io.flotilla.apiserver.request.FieldError(
                        io.flotilla.apiserver.request.FieldError.Type.DUPLICATE,
                        taint.path(),
                        taint.value(),
                        "taints must be unique by key and effect pair"));
            }
        }
    }

    static void checkSpread(Field constraints, Findings findings) {
        List<Field> items = constraints.items();
        for (int i = 0; i < items.size(); i++) {
            Field constraint = items.get(i);
            if (constraint.number("maxSkew") <= 0) {
                findings.invalid(constraint.at("maxSkew"), constraint.number("maxSkew"), "must be greater than zero");
            }
            if (constraint.text("topologyKey").isEmpty()) {
                findings.required(constraint.at("topologyKey"), "can not be empty");
            }
            Field action = constraint.at("whenUnsatisfiable");
            findings.oneOf(action, Set.of("DoNotSchedule", "ScheduleAnyway"));
            for (Field later : items.subList(i + 1, items.size())) {
                if (later.text("topologyKey").equals(constraint.text("topologyKey"))
                        && later.text("whenUnsatisfiable").equals(action.text())) {
                    findings.duplicate(
                            constraint.at("{topologyKey, whenUnsatisfiable}"),
                            "{" + constraint.text("topologyKey") + ", " + action.text() + "}");
                    break;
                }
            }
            Field domains = constraint.at("minDomains");
            if (domains.isSet()) {
                if (domains.number() <= 0) {
                    findings.invalid(domains, "must be greater than zero");
                }
                if (!action.is("DoNotSchedule")) {
                    findings.invalid(
                            domains,
                            "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + action.text());
                }
            }
            for (String policy : List.of("nodeAffinityPolicy", "nodeTaintsPolicy")) {
                if (constraint.has(policy)) {
                    findings.oneOf(constraint.at(policy), Set.of("Honor", "Ignore"));
                }
            }
            checkMatchLabelKeys(constraint, findings);
            Selectors.check(constraint.at("labelSelector"), findings);
        }
    }

    private static void checkMatchLabelKeys(Field constraint, Findings findings) {
        Field keys = constraint.at("matchLabelKeys");
        if (keys.isEmpty()) {
            return;
        }
        Field selector = constraint.at("labelSelector");
        if (!selector.isSet()) {
            findings.forbidden(keys, "must not be specified when labelSelector is not set");
        }
        List<String> selected = new ArrayList<>();
        selector.at("matchLabels").entries().forEach(entry -> selected.add(entry.name()));
        selector.at("matchExpressions").items().forEach(item -> selected.add(item.text("key")));
        for (Field key : keys.items()) {
            findings.invalid(key, Names.qualified(key.text()));
            if (selected.contains(key.text())) {
                findings.invalid(key, "exists in both matchLabelKeys and labelSelector");
            }
        }
    }
}
