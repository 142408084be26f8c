package io.flotilla.apiserver.registry.workload;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Controller revisions: past states of a template, whose data never change. */
public final class ControllerRevisionStrategy extends KindStrategy {

    public ControllerRevisionStrategy() {
        super(Names::subdomain, Shape.PLAIN);
    }

    @Override
    protected void check(WriteContext context, Field revision, Findings findings) {
        if (!revision.has("data")) {
            findings.required(revision.at("data"), "data is mandatory");
        }
        findings.nonNegative(revision.at("revision"));
    }

    @Override
    protected void checkUpdate(WriteContext context, Field revision, Field old, Findings findings) {
        check(context, revision, findings);
        findings.immutable(revision.at("data"), old.at("data"));
    }
}
