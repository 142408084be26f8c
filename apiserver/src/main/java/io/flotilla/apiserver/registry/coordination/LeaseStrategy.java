package io.flotilla.apiserver.registry.coordination;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Leases. */
public final class LeaseStrategy extends KindStrategy {

    public LeaseStrategy() {
        super(Names::subdomain, Shape.PLAIN, Updates.CONDITIONAL);
    }

    @Override
    public boolean allowCreateOnUpdate() {
        return true;
    }

    @Override
    protected void check(WriteContext context, Field lease, Findings findings) {
        Field spec = lease.at("spec");
        Field duration = spec.at("leaseDurationSeconds");
        if (duration.isSet() && duration.number() <= 0) {
            findings.invalid(duration, "must be greater than 0");
        }
        Field transitions = spec.at("leaseTransitions");
        if (transitions.number() < 0) {
            findings.invalid(transitions, "must be greater than or equal to 0");
        }
        Field strategy = spec.at("strategy");
        if (strategy.isSet()) {
            findings.invalid(strategy, Names.qualified(strategy.text()));
        }
        Field preferred = spec.at("preferredHolder");
        if (!preferred.isEmpty() && strategy.isEmpty()) {
            findings.forbidden(preferred, "may only be specified when `strategy` is defined");
        }
    }
}
