package io.flotilla.apiserver.registry.admissionregistration;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Admission policies: their form, and whether their expressions can be read. An unchanged spec is not read again. */
abstract class PolicyStrategy extends KindStrategy {
    PolicyStrategy(Shape shape) {
        super(Names::subdomain, shape, Updates.CONDITIONAL);
    }

    /** Checks everything but the language of expressions. */
    abstract void checkForm(Field policy, Findings findings);

    /** Checks whether the expressions can be read; for those who know the language. */
    protected void checkExpressions(Field spec, Findings findings) {}

    @Override
    protected final void check(WriteContext context, Field policy, Findings findings) {
        checkForm(policy, findings);
        checkExpressions(policy.at("spec"), findings);
    }

    @Override
    protected final void checkUpdate(WriteContext context, Field policy, Field old, Findings findings) {
        checkForm(policy, findings);
        if (!policy.at("spec").value().equals(old.at("spec").value())) {
            checkExpressions(policy.at("spec"), findings);
        }
    }
}
