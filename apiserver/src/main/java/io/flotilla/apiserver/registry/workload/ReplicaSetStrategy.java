package io.flotilla.apiserver.registry.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodWarnings;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replica sets. */
public final class ReplicaSetStrategy extends KindStrategy {

    public ReplicaSetStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        PodWarnings.ofOwner(object, old, context.warn(), "template");
    }

    @Override
    protected void check(WriteContext context, Field set, Findings findings) {
        Field spec = set.at("spec");
        findings.nonNegative(spec.at("replicas"));
        findings.nonNegative(spec.at("minReadySeconds"));
        TemplateRules.checkSelector(spec.at("selector"), "deployment", findings);
        TemplateRules.checkTemplate(spec, false, "ReplicaSet", findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field set, Field old, Findings findings) {
        check(context, set, findings);
        findings.immutable(set.at("spec", "selector"), old.at("spec", "selector"));
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field set, Field old, Findings findings) {
        TemplateRules.checkCounts(
                set.at("status"), List.of("fullyLabeledReplicas", "readyReplicas", "availableReplicas"), findings);
    }
}
