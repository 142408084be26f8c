package io.flotilla.apiserver.registry.core;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Events, by the lenient rules of the core group: reporters of all ages must get their events in. */
public final class EventStrategy extends KindStrategy {

    public EventStrategy() {
        super(Names.PATH_SEGMENT, Shape.PLAIN);
    }

    @Override
    public boolean allowCreateOnUpdate() {
        return true;
    }

    @Override
    protected void check(WriteContext context, Field event, Findings findings) {
        String namespace = event.at("metadata").text("namespace");
        String involved = event.at("involvedObject").text("namespace");
        boolean fits =
                involved.isEmpty() ? namespace.isEmpty() || namespace.equals("default") : involved.equals(namespace);
        if (!fits) {
            findings.invalid(event.at("involvedObject", "namespace"), involved, "does not match event.namespace");
        }
    }
}
