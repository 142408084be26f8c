package io.flotilla.apiserver.registry.workload;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.ResourceNames;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The rules of an autoscaler's metrics: one source each, with a target that the source can have. */
final class MetricRules {
    private static final List<String> TYPES = List.of("ContainerResource", "External", "Object", "Pods", "Resource");

    /** Where the sources stand, in the order in which they are looked at. */
    private static final List<String> SOURCES = List.of("object", "external", "pods", "resource", "containerResource");

    private static final Set<String> TARGET_TYPES = Set.of("Utilization", "Value", "AverageValue");

    private MetricRules() {}

    static void check(Field metric, Findings findings) {
        Field type = metric.at("type");
        if (type.isEmpty()) {
            findings.required(type, "must specify a metric source type");
        }
        boolean known = TYPES.contains(type.text());
        if (!known) {
            findings.notSupported(type, TYPES);
        }
        List<String> present = SOURCES.stream().filter(metric::has).toList();
        if (!present.isEmpty()) {
            checkSource(metric.at(present.getFirst()), findings);
        }
        String expected = known ? sourceOf(type.text()) : "";
        if (known && !metric.has(expected)) {
            findings.required(metric.at(expected), "must populate information for the given metric source");
        }
        if (present.size() > 1) {
            for (String source : present) {
                if (!source.equals(expected)) {
                    findings.forbidden(metric.at(source), "must populate the given metric source only");
                }
            }
        }
    }

    private static String sourceOf(String type) {
        return type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
    }

    private static void checkSource(Field source, Findings findings) {
        Field target = source.at("target");
        switch (source.name()) {
            case "object" -> {
                ObjectReference.checkName(source.at("describedObject"), findings);
                ObjectReference.checkVersion(source.at("describedObject"), false, findings);
                checkMetric(source.at("metric"), findings);
                checkTarget(target, findings);
                if (!target.has("value") && !target.has("averageValue")) {
                    findings.required(target.at("averageValue"), "must set either a target value or averageValue");
                }
            }
            case "external" -> {
                checkMetric(source.at("metric"), findings);
                checkTarget(target, findings);
                if (!target.has("value") && !target.has("averageValue")) {
                    findings.required(
                            target.at("averageValue"), "must set either a target value for metric or a per-pod target");
                } else if (target.has("value") && target.has("averageValue")) {
                    findings.forbidden(
                            target.at("value"), "may not set both a target value for metric and a per-pod target");
                }
            }
            case "pods" -> {
                checkMetric(source.at("metric"), findings);
                checkTarget(target, findings);
                if (!target.has("averageValue")) {
                    findings.required(target.at("averageValue"), "must specify a positive target averageValue");
                }
            }
            default -> checkResource(source, findings);
        }
    }

    private static void checkResource(Field source, Findings findings) {
        Field name = source.at("name");
        boolean ofContainer = source.name().equals("containerResource");
        if (name.isEmpty()) {
            findings.required(name, "must specify a resource name");
        } else if (ofContainer) {
            ResourceNames.checkContainer(name, name.text(), findings);
        }
        if (ofContainer) {
            Field container = source.at("container");
            if (container.isEmpty()) {
                findings.required(container, "must specify a container");
            } else {
                findings.invalid(container, Names.label(container.text()));
            }
        }
        Field target = source.at("target");
        checkTarget(target, findings);
        if (!target.has("averageUtilization") && !target.has("averageValue")) {
            findings.required(
                    target.at("averageUtilization"), "must set either a target raw value or a target utilization");
        } else if (target.has("averageUtilization") && target.has("averageValue")) {
            findings.forbidden(
                    target.at("averageValue"), "may not set both a target raw value and a target utilization");
        }
    }

    private static void checkMetric(Field metric, Findings findings) {
        Field name = metric.at("name");
        if (name.isEmpty()) {
            findings.required(name, "must specify a metric name");
        } else {
            findings.invalid(name, Names.pathSegment(name.text()));
        }
    }

    private static void checkTarget(Field target, Findings findings) {
        Field type = target.at("type");
        if (type.isEmpty()) {
            findings.required(type, "must specify a metric target type");
        }
        if (!TARGET_TYPES.contains(type.text())) {
            findings.invalid(type, type.text(), "must be either Utilization, Value, or AverageValue");
        }
        for (String name : List.of("value", "averageValue")) {
            Field amount = target.at(name);
            if (amount.isSet() && amount.quantity().signum() <= 0) {
                findings.invalid(amount, "must be positive");
            }
        }
        Field utilization = target.at("averageUtilization");
        if (utilization.isSet() && utilization.number() < 1) {
            findings.invalid(utilization, "must be greater than 0");
        }
    }
}
