package io.flotilla.apiserver.registry.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodWarnings;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Deployments. */
public final class DeploymentStrategy extends KindStrategy {

    public DeploymentStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        PodWarnings.ofOwner(object, old, context.warn(), "template");
    }

    @Override
    protected void check(WriteContext context, Field deployment, Findings findings) {
        Field spec = deployment.at("spec");
        findings.nonNegative(spec.at("replicas"));
        TemplateRules.checkSelector(spec.at("selector"), "deployment", findings);
        TemplateRules.checkTemplate(spec, false, "ReplicaSet", findings);
        checkStrategy(spec.at("strategy"), findings);
        findings.nonNegative(spec.at("minReadySeconds"));
        findings.nonNegative(spec.at("revisionHistoryLimit"));
        Field deadline = spec.at("progressDeadlineSeconds");
        if (deadline.isSet()) {
            findings.nonNegative(deadline);
            if (deadline.number() <= spec.number("minReadySeconds")) {
                findings.invalid(deadline, "must be greater than minReadySeconds");
            }
        }
    }

    private static void checkStrategy(Field strategy, Findings findings) {
        Field rolling = strategy.at("rollingUpdate");
        switch (strategy.text("type")) {
            case "Recreate" -> {
                if (rolling.isSet()) {
                    findings.forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'");
                }
            }
            case "RollingUpdate" -> {
                if (!rolling.isSet()) {
                    findings.required(rolling, "this should be defaulted and never be nil");
                    return;
                }
                Field unavailable = rolling.at("maxUnavailable");
                IntOrPercent.check(unavailable, findings);
                IntOrPercent.check(rolling.at("maxSurge"), findings);
                if (IntOrPercent.plain(unavailable) == 0 && IntOrPercent.plain(rolling.at("maxSurge")) == 0) {
                    findings.invalid(unavailable, "may not be 0 when `maxSurge` is 0");
                }
                IntOrPercent.notAboveHundred(unavailable, findings);
            }
            default -> findings.notSupported(strategy.at("type"), List.of("Recreate", "RollingUpdate"));
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field deployment, Field old, Findings findings) {
        check(context, deployment, findings);
        findings.immutable(deployment.at("spec", "selector"), old.at("spec", "selector"));
    }

    /** Annotations count, too: a deployment hands them down to its replica sets. */
    @Override
    protected boolean changesGeneration(ObjectNode object, ObjectNode old) {
        return super.changesGeneration(object, old)
                || !Trees.same(
                        object.path("metadata").path("annotations"),
                        old.path("metadata").path("annotations"));
    }

    @Override
    public void prepareForStatusUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForStatusUpdate(context, object, old);
        Trees.restore(Trees.child(object, "metadata"), Trees.child(old, "metadata"), "labels");
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field deployment, Field old, Findings findings) {
        Field status = deployment.at("status");
        TemplateRules.checkCounts(
                status,
                List.of("updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"),
                findings);
        TemplateRules.checkCollisions(status, old.at("status"), findings);
    }
}
