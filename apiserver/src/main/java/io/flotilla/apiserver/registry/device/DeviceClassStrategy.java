package io.flotilla.apiserver.registry.device;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Classes of devices that claims can ask for. */
public final class DeviceClassStrategy extends KindStrategy {

    private final SelectorCheck selectors;

    public DeviceClassStrategy(SelectorCheck selectors) {
        super(Names::subdomain, Shape.GENERATION);
        this.selectors = selectors;
    }

    @Override
    protected void check(WriteContext context, Field deviceClass, Findings findings) {
        Field spec = deviceClass.at("spec");
        DeviceRules.selectors(spec.at("selectors"), selectors, findings);
        DeviceRules.each(
                spec.at("config"),
                DeviceRules.MAX_SIZE,
                findings,
                config -> DeviceRules.configuration(config, findings));
    }
}
