package io.flotilla.apiserver.registry.node;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.ResourceRules;
import io.flotilla.apiserver.registry.pod.SchedulingRules;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Metadata;
import io.flotilla.apiserver.registry.validation.Names;

/** Runtime classes, whose handler never changes. */
public final class RuntimeClassStrategy extends KindStrategy {

    public RuntimeClassStrategy() {
        super(Names::subdomain, Shape.PLAIN, Updates.CONDITIONAL);
    }

    @Override
    protected void check(WriteContext context, Field runtimeClass, Findings findings) {
        Field handler = runtimeClass.at("handler");
        if (handler.isEmpty()) {
            findings.required(handler);
        } else {
            findings.invalid(handler, Names.label(handler.text()));
        }
        ResourceRules.checkOverhead(runtimeClass.at("overhead", "podFixed").as("overhead"), findings);
        Field scheduling = runtimeClass.at("scheduling");
        Metadata.labels(scheduling.at("nodeSelector"), findings);
        SchedulingRules.checkTolerations(scheduling.at("tolerations"), findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field runtimeClass, Field old, Findings findings) {
        findings.immutable(runtimeClass.at("handler"), old.at("handler"));
    }
}
