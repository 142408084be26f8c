package io.flotilla.apiserver.registry.admissionregistration;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import java.util.Set;

/** Mutating admission policies: their form. Expressions are not compiled here. */
public class MutatingPolicyStrategy extends PolicyStrategy {
    private static final Set<String> PATCH_TYPES = Set.of("ApplyConfiguration", "JSONPatch");

    public MutatingPolicyStrategy() {
        super(Shape.GENERATION);
    }

    @Override
    final void checkForm(Field policy, Findings findings) {
        Field spec = policy.at("spec");
        PolicySpecs.check(spec, findings);
        PolicySpecs.checkMutatingOperations(spec.at("matchConstraints", "resourceRules"), findings);
        Field mutations = spec.at("mutations");
        if (mutations.isEmpty()) {
            findings.required(mutations, "mutations must contain at least one item");
        }
        mutations.items().forEach(each -> checkMutation(each, findings));
        findings.requiredOneOf(spec.at("reinvocationPolicy"), MatchRules.REINVOCATION_POLICIES);
    }

    private static void checkMutation(Field mutation, Findings findings) {
        Field type = mutation.at("patchType");
        switch (type.text()) {
            case "ApplyConfiguration" -> checkPatch(mutation, "applyConfiguration", "jsonPatch", findings);
            case "JSONPatch" -> checkPatch(mutation, "jsonPatch", "applyConfiguration", findings);
            default -> findings.requiredOneOf(type, PATCH_TYPES);
        }
    }

    private static void checkPatch(Field mutation, String own, String other, Findings findings) {
        String type = mutation.text("patchType");
        Field expression = mutation.at(own, "expression");
        if (!mutation.has(own)) {
            findings.required(mutation.at(own), "must be specified when patchType is " + type);
        } else if (expression.text().isBlank()) {
            findings.required(expression);
        }
        if (mutation.has(other)) {
            findings.invalid(mutation.at(other), "{" + other + "}", "must not be specified when patchType is " + type);
        }
    }
}
