package io.flotilla.apiserver.registry.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodSpecs;
import io.flotilla.apiserver.registry.pod.PodWarnings;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import org.jspecify.annotations.Nullable;

/** Templates of pods, on their own. */
public final class PodTemplateStrategy extends KindStrategy {

    public PodTemplateStrategy() {
        super(Names::subdomain, Shape.GENERATION);
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        PodWarnings.give(Field.of(object).at("template"), context.warn());
    }

    @Override
    protected void check(WriteContext context, Field podTemplate, Findings findings) {
        PodSpecs.checkTemplate(podTemplate.at("template"), findings);
    }
}
