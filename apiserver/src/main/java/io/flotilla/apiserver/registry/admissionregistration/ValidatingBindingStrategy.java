package io.flotilla.apiserver.registry.admissionregistration;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.HashSet;
import java.util.Set;

/** Bindings of validating admission policies. */
public final class ValidatingBindingStrategy extends KindStrategy {
    private static final Set<String> ACTIONS = Set.of("Deny", "Warn", "Audit");

    public ValidatingBindingStrategy() {
        super(Names::subdomain, Shape.GENERATION, Updates.CONDITIONAL);
    }

    @Override
    protected void check(WriteContext context, Field binding, Findings findings) {
        PolicySpecs.checkBinding(binding.at("spec"), findings);
        Field actions = binding.at("spec", "validationActions");
        Set<String> seen = new HashSet<>();
        for (Field action : actions.items()) {
            findings.oneOf(action, ACTIONS);
            if (!seen.add(action.text())) {
                findings.duplicate(action);
            }
        }
        if (seen.contains("Deny") && seen.contains("Warn")) {
            findings.invalid(
                    actions,
                    "must not contain both Deny and Warn (repeating the same validation failure information in the API"
                            + " response and headers serves no purpose)");
        }
        if (actions.isEmpty()) {
            findings.required(actions, "at least one validation action is required");
        }
    }
}
