package io.flotilla.apiserver.extension;

import io.flotilla.apiserver.extension.cel.DeviceExpression;
import io.flotilla.apiserver.registry.device.SelectorCheck;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;

/** Checks the selectors of device classes and claims. */
public final class DeviceSelectors implements SelectorCheck {

    @Override
    public void check(Field expression, Findings findings) {
        try {
            if (DeviceExpression.of(expression.text()).isTooComplex()) {
                findings.forbidden(expression, "too complex, exceeds cost limit");
            }
        } catch (IllegalArgumentException e) {
            findings.invalid(expression, expression.text(), String.valueOf(e.getMessage()));
        }
    }
}
