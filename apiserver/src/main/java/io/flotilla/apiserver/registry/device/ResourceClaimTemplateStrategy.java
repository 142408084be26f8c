package io.flotilla.apiserver.registry.device;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Metadata;
import io.flotilla.apiserver.registry.validation.Names;

/** Templates from which claims are made for pods. What they say never changes. */
public final class ResourceClaimTemplateStrategy extends KindStrategy {

    private final SelectorCheck selectors;

    public ResourceClaimTemplateStrategy(SelectorCheck selectors) {
        super(Names::subdomain, Shape.PLAIN);
        this.selectors = selectors;
    }

    @Override
    protected void check(WriteContext context, Field template, Findings findings) {
        Field spec = template.at("spec");
        Metadata.annotations(spec.at("metadata", "annotations"), findings);
        Metadata.labels(spec.at("metadata", "labels"), findings);
        ClaimRules.check(spec.at("spec"), selectors, findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field template, Field old, Findings findings) {
        findings.immutable(template.at("spec"), old.at("spec"));
    }
}
