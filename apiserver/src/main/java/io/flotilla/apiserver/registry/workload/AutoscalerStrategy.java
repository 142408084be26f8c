package io.flotilla.apiserver.registry.workload;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.machinery.object.Quantity;
import java.util.List;
import java.util.Set;

/** Horizontal pod autoscalers. */
public final class AutoscalerStrategy extends KindStrategy {
    private static final int MAX_WINDOW_SECONDS = 3600;
    private static final int MAX_PERIOD_SECONDS = 1800;

    public AutoscalerStrategy() {
        super(Names::subdomain, Shape.STATUS);
    }

    @Override
    protected void check(WriteContext context, Field autoscaler, Findings findings) {
        checkSpec(autoscaler.at("spec"), 1, true, findings);
    }

    /** What an old object was allowed, it keeps: zero replicas, and a target without a group. */
    @Override
    protected void checkUpdate(WriteContext context, Field autoscaler, Field old, Findings findings) {
        Field min = old.at("spec", "minReplicas");
        boolean hadGroup = ObjectReference.apiVersionError(targetVersion(old), isGrouped(old)) == null;
        checkSpec(autoscaler.at("spec"), min.isSet() && min.number() == 0 ? 0 : 1, hadGroup, findings);
    }

    private static String targetVersion(Field autoscaler) {
        return autoscaler.at("spec", "scaleTargetRef").text("apiVersion");
    }

    private static boolean isGrouped(Field autoscaler) {
        return !autoscaler.at("spec", "scaleTargetRef", "kind").is("ReplicationController");
    }

    private static void checkSpec(Field spec, int lowest, boolean targetVersion, Findings findings) {
        Field min = spec.at("minReplicas");
        Field max = spec.at("maxReplicas");
        if (min.isSet() && min.number() < lowest) {
            findings.invalid(min, "must be greater than or equal to " + lowest);
        }
        if (max.number() == 0) {
            findings.required(max, "must be set and greater than 0");
        } else if (max.number() < 1) {
            findings.invalid(max, max.number(), "must be greater than or equal to 1");
        }
        if (min.isSet() && max.number() < min.number()) {
            findings.invalid(max, max.number(), "must be greater than or equal to `minReplicas`");
        }
        Field target = spec.at("scaleTargetRef");
        ObjectReference.checkName(target, findings);
        if (targetVersion) {
            // The one kind of the core group that has a scale.
            ObjectReference.checkVersion(target, !target.at("kind").is("ReplicationController"), findings);
        }
        Field metrics = spec.at("metrics");
        metrics.items().forEach(metric -> MetricRules.check(metric, findings));
        if (min.isSet()
                && min.number() == 0
                && !metrics.any(metric ->
                        metric.at("type").is("Object") || metric.at("type").is("External"))) {
            findings.forbidden(
                    metrics, "must specify at least one Object or External metric to support scaling to zero replicas");
        }
        for (String direction : List.of("scaleUp", "scaleDown")) {
            if (spec.at("behavior").has(direction)) {
                checkBehavior(spec.at("behavior", direction), findings);
            }
        }
    }

    private static void checkBehavior(Field rules, Findings findings) {
        Field window = rules.at("stabilizationWindowSeconds");
        if (window.number() < 0) {
            findings.invalid(window, "must be greater than or equal to zero");
        }
        notAbove(window, MAX_WINDOW_SECONDS, findings);
        if (rules.has("selectPolicy")) {
            findings.oneOf(rules.at("selectPolicy"), Set.of("Max", "Min", "Disabled"));
        }
        Field policies = rules.at("policies");
        if (policies.isEmpty()) {
            findings.required(policies, "must specify at least one Policy");
        }
        for (Field policy : policies.items()) {
            findings.oneOf(policy.at("type"), Set.of("Pods", "Percent"));
            for (String name : List.of("value", "periodSeconds")) {
                if (policy.number(name) <= 0) {
                    findings.invalid(policy.at(name), policy.number(name), "must be greater than zero");
                }
            }
            notAbove(policy.at("periodSeconds"), MAX_PERIOD_SECONDS, findings);
        }
        Quantity tolerance = rules.at("tolerance").quantity();
        if (tolerance.signum() < 0) {
            findings.invalid(rules.at("tolerance"), tolerance.toString(), "must be greater than or equal to 0");
        }
    }

    private static void notAbove(Field field, int max, Findings findings) {
        if (field.number() > max) {
            findings.invalid(field, "must be less than or equal to " + max);
        }
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field autoscaler, Field old, Findings findings) {
        findings.nonNegative(autoscaler.at("status", "currentReplicas"));
        findings.nonNegative(autoscaler.at("status", "desiredReplicas"));
    }
}
