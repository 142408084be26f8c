package io.flotilla.apiserver.registry.workload;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodSpecs;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Templates of pods, on their own. */
public final class PodTemplateStrategy extends KindStrategy {

    public PodTemplateStrategy() {
        super(Names::subdomain, Shape.GENERATION);
    }

    @Override
    protected void check(WriteContext context, Field podTemplate, Findings findings) {
        PodSpecs.checkTemplate(podTemplate.at("template"), findings);
    }
}
