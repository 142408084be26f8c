package io.flotilla.apiserver.registry.admissionregistration;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Bindings of mutating admission policies. */
public final class MutatingBindingStrategy extends KindStrategy {

    public MutatingBindingStrategy() {
        super(Names::subdomain, Shape.GENERATION, Updates.CONDITIONAL);
    }

    @Override
    protected void check(WriteContext context, Field binding, Findings findings) {
        PolicySpecs.checkBinding(binding.at("spec"), findings);
        PolicySpecs.checkMutatingOperations(binding.at("spec", "matchResources", "resourceRules"), findings);
    }
}
