package io.flotilla.apiserver.registry.admissionregistration;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Mutating admission policies: their form. Expressions are not compiled here. */
public final class MutatingPolicyStrategy extends KindStrategy {

    public MutatingPolicyStrategy() {
        super(Names::subdomain, Shape.GENERATION, Updates.CONDITIONAL);
    }

    @Override
    protected void check(WriteContext context, Field policy, Findings findings) {
        Field spec = policy.at("spec");
        PolicySpecs.check(spec, findings);
        if (spec.at("mutations").isEmpty()) {
            findings.required(spec.at("mutations"), "mutations must contain at least one item");
        }
        findings.requiredOneOf(spec.at("reinvocationPolicy"), MatchRules.REINVOCATION_POLICIES);
    }
}
