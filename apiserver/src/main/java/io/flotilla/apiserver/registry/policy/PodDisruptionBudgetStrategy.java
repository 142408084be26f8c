package io.flotilla.apiserver.registry.policy;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.util.List;
import java.util.Set;

/** Disruption budgets. */
public final class PodDisruptionBudgetStrategy extends KindStrategy {

    public PodDisruptionBudgetStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION, Updates.CONDITIONAL);
    }

    @Override
    protected void check(WriteContext context, Field budget, Findings findings) {
        Field spec = budget.at("spec");
        if (spec.has("minAvailable") && spec.has("maxUnavailable")) {
            findings.invalid(spec, "minAvailable and maxUnavailable cannot be both set");
        }
        for (String amount : List.of("minAvailable", "maxUnavailable")) {
            if (spec.has(amount)) {
                IntOrPercent.check(spec.at(amount), findings);
                IntOrPercent.notAboveHundred(spec.at(amount), findings);
            }
        }
        Selectors.check(spec.at("selector"), findings);
        if (spec.has("unhealthyPodEvictionPolicy")) {
            findings.oneOf(spec.at("unhealthyPodEvictionPolicy"), Set.of("AlwaysAllow", "IfHealthyBudget"));
        }
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field budget, Field old, Findings findings) {
        for (String count : List.of("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")) {
            findings.nonNegative(budget.at("status", count));
        }
    }
}
