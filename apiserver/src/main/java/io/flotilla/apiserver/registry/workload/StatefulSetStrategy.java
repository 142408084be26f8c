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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stateful sets. */
public final class StatefulSetStrategy extends KindStrategy {
    private static final List<String> MUTABLE = List.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");

    public StatefulSetStrategy() {
        super(Names::label, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        PodWarnings.ofOwner(object, old, context.warn(), "template");
    }

    @Override
    protected void check(WriteContext context, Field set, Findings findings) {
        Field spec = set.at("spec");
        Field management = spec.at("podManagementPolicy");
        if (management.isEmpty()) {
            findings.required(management);
        } else if (!management.is("OrderedReady") && !management.is("Parallel")) {
            findings.invalid(management, "must be 'OrderedReady' or 'Parallel'");
        }
        checkStrategy(spec.at("updateStrategy"), findings);
        Field retention = spec.at("persistentVolumeClaimRetentionPolicy");
        if (retention.isSet()) {
            findings.oneOf(retention.at("whenDeleted"), Set.of("Retain", "Delete"));
            findings.oneOf(retention.at("whenScaled"), Set.of("Retain", "Delete"));
        }
        findings.nonNegative(spec.at("replicas"));
        findings.nonNegative(spec.at("minReadySeconds"));
        findings.nonNegative(spec.at("ordinals", "start"));
        Field service = spec.at("serviceName");
        if (!service.isEmpty()) {
            findings.invalid(service, Names.subdomain(service.text()));
        }
        TemplateRules.checkSelector(spec.at("selector"), "statefulset", findings);
        TemplateRules.checkTemplate(spec, false, "StatefulSet", findings);
    }

    private static void checkStrategy(Field strategy, Findings findings) {
        Field rolling = strategy.at("rollingUpdate");
        switch (strategy.text("type")) {
            case "" -> findings.required(strategy);
            case "OnDelete" -> {
                if (rolling.isSet()) {
                    findings.invalid(rolling, "only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            case "RollingUpdate" -> {
                findings.nonNegative(rolling.at("partition"));
                if (rolling.has("maxUnavailable")) {
                    Field unavailable = rolling.at("maxUnavailable");
                    IntOrPercent.check(unavailable, findings);
                    if (IntOrPercent.plain(unavailable) == 0) {
                        findings.invalid(unavailable, "cannot be 0");
                    }
                    IntOrPercent.notAboveHundred(unavailable, findings);
                }
            }
            default -> findings.invalid(strategy, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field set, Field old, Findings findings) {
        check(context, set, findings);
        ObjectNode munged = set.at("spec").value().deepCopy();
        for (String name : MUTABLE) {
            Trees.restore(munged, old.at("spec").object(), name);
        }
        if (!Trees.same(munged, old.at("spec").value())) {
            findings.forbidden(
                    set.at("spec"),
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                            + " 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and"
                            + " 'minReadySeconds' are forbidden");
        }
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field set, Field old, Findings findings) {
        Field status = set.at("status");
        TemplateRules.checkCounts(
                status, List.of("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"), findings);
        TemplateRules.checkCollisions(status, old.at("status"), findings);
    }
}
