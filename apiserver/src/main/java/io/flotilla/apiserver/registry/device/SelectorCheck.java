package io.flotilla.apiserver.registry.device;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;

/** Whether the expression of a selector can be read and does not cost too much. */
@FunctionalInterface
public interface SelectorCheck {
    /** Takes every expression. */
    SelectorCheck NONE = (_, _) -> {};

    /**
     * Adds what is wrong with an expression.
     *
     * @param expression of no more than the 10 KiB that are allowed
     */
    void check(Field expression, Findings findings);
}
