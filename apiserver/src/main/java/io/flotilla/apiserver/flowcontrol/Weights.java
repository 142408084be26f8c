package io.flotilla.apiserver.flowcontrol;

import io.flotilla.apiserver.authz.Attributes;
import java.util.function.IntSupplier;

/** How many ordinary requests one weighs. */
@FunctionalInterface
public interface Weights {
    int of(Attributes asked);

    /** A list weighs a seat for each hundred objects that it may have to look at, ten at most; all else weighs one. */
    static int ofList(Attributes asked, IntSupplier stored) {
        return asked.verb().equals("list") ? Math.clamp((stored.getAsInt() + 99) / 100, 1, 10) : 1;
    }
}
