package io.flotilla.apiserver.registry.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodWarnings;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Daemon sets. Changes of their template are counted in an annotation, too: what was once a field. */
public final class DaemonSetStrategy extends KindStrategy {
    private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

    public DaemonSetStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        putTemplateGeneration(object, 1);
    }

    @Override
    public void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForUpdate(context, object, old);
        String before = Trees.text(old, "metadata", "annotations", TEMPLATE_GENERATION);
        boolean counted =
                !before.isEmpty() && before.length() < 19 && before.chars().allMatch(Character::isDigit);
        long generation = counted ? Long.parseLong(before) : 0;
        boolean changed = !Trees.same(
                object.path("spec").path("template"), old.path("spec").path("template"));
        putTemplateGeneration(object, changed ? generation + 1 : generation);
    }

    private static void putTemplateGeneration(ObjectNode object, long generation) {
        Trees.child(Trees.child(object, "metadata"), "annotations").put(TEMPLATE_GENERATION, Long.toString(generation));
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        PodWarnings.ofOwner(object, old, context.warn(), "template");
    }

    @Override
    protected void check(WriteContext context, Field set, Findings findings) {
        Field spec = set.at("spec");
        Field selector = spec.at("selector");
        Selectors.check(selector, findings);
        if (selector.isSet() && Selectors.isEmpty(selector)) {
            findings.invalid(selector, "empty selector is invalid for daemonset");
        }
        TemplateRules.checkTemplate(spec, false, "DaemonSet", findings);
        findings.nonNegative(spec.at("minReadySeconds"));
        checkStrategy(spec.at("updateStrategy"), findings);
        findings.nonNegative(spec.at("revisionHistoryLimit"));
    }

    private static void checkStrategy(Field strategy, Findings findings) {
        switch (strategy.text("type")) {
            case "OnDelete" -> {}
            case "RollingUpdate" -> {
                Field rolling = strategy.at("rollingUpdate");
                if (!rolling.isSet()) {
                    findings.required(rolling);
                    return;
                }
                Field unavailable = rolling.at("maxUnavailable");
                Field surge = rolling.at("maxSurge");
                IntOrPercent.check(unavailable, findings);
                IntOrPercent.check(surge, findings);
                IntOrPercent.notAboveHundred(unavailable, findings);
                IntOrPercent.notAboveHundred(surge, findings);
                boolean someUnavailable = IntOrPercent.plain(unavailable) != 0;
                boolean someSurge = IntOrPercent.plain(surge) != 0;
                if (someUnavailable && someSurge) {
                    findings.invalid(surge, "may not be set when maxUnavailable is non-zero");
                } else if (!someUnavailable && !someSurge) {
                    findings.required(unavailable, "cannot be 0 when maxSurge is 0");
                }
            }
            default -> findings.notSupported(strategy, strategy.text("type"), List.of("RollingUpdate", "OnDelete"));
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field set, Field old, Findings findings) {
        check(context, set, findings);
        findings.immutable(set.at("spec", "selector"), old.at("spec", "selector"));
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field set, Field old, Findings findings) {
        Field status = set.at("status");
        for (String count : List.of(
                "currentNumberScheduled",
                "numberMisscheduled",
                "desiredNumberScheduled",
                "numberReady",
                "observedGeneration",
                "updatedNumberScheduled",
                "numberAvailable",
                "numberUnavailable")) {
            findings.nonNegative(status.at(count));
        }
        TemplateRules.checkCollisions(status, old.at("status"), findings);
    }
}
