package io.flotilla.apiserver.registry.storage;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;

/** Classes of volume attributes, which never change. */
public final class VolumeAttributesClassStrategy extends KindStrategy {

    public VolumeAttributesClassStrategy() {
        super(Names::subdomain, Shape.PLAIN);
    }

    @Override
    protected void check(WriteContext context, Field attributes, Findings findings) {
        ClassParameters.checkDriver(attributes.at("driverName"), findings);
        ClassParameters.check(attributes.at("parameters"), false, findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field attributes, Field old, Findings findings) {
        for (String name : List.of("driverName", "parameters")) {
            if (!Trees.same(attributes.at(name).value(), old.at(name).value())) {
                findings.forbidden(attributes.at(name), "updates to " + name + " are forbidden.");
            }
        }
        check(context, attributes, findings);
    }
}
