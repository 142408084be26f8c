package io.flotilla.apiserver.table;

import static io.flotilla.apiserver.table.Cells.NONE;
import static io.flotilla.apiserver.table.Cells.UNSET;
import static io.flotilla.apiserver.table.Cells.joined;
import static io.flotilla.apiserver.table.Cells.name;
import static io.flotilla.apiserver.table.Cells.number;
import static io.flotilla.apiserver.table.Cells.selector;
import static io.flotilla.apiserver.table.Cells.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.schema.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Kinds that make pods: apps, batch, autoscaling, policy. */
final class WorkloadCells {
    private WorkloadCells() {}

    static List<Object> deployment(JsonNode object, Ages ages) {
        JsonNode status = object.path("status");
        JsonNode pod = object.path("spec").path("template").path("spec");
        return List.of(
                name(object),
                number(status, "readyReplicas") + "/" + number(object.path("spec"), "replicas"),
                number(status, "updatedReplicas"),
                number(status, "availableReplicas"),
                ages.age(object),
                joined(pod.path("containers"), "name"),
                joined(pod.path("containers"), "image"),
                selector(object.path("spec").path("selector")));
    }

    static List<Object> replicaSet(JsonNode object, Ages ages) {
        return replicated(object, ages, selector(object.path("spec").path("selector")));
    }

    static List<Object> replicationController(JsonNode object, Ages ages) {
        return replicated(object, ages, Cells.labels(object.path("spec").path("selector")));
    }

    private static List<Object> replicated(JsonNode object, Ages ages, String selector) {
        JsonNode pod = object.path("spec").path("template").path("spec");
        return List.of(
                name(object),
                number(object.path("spec"), "replicas"),
                number(object.path("status"), "replicas"),
                number(object.path("status"), "readyReplicas"),
                ages.age(object),
                joined(pod.path("containers"), "name"),
                joined(pod.path("containers"), "image"),
                selector);
    }

    static List<Object> daemonSet(JsonNode object, Ages ages) {
        JsonNode status = object.path("status");
        JsonNode pod = object.path("spec").path("template").path("spec");
        return List.of(
                name(object),
                number(status, "desiredNumberScheduled"),
                number(status, "currentNumberScheduled"),
                number(status, "numberReady"),
                number(status, "updatedNumberScheduled"),
                number(status, "numberAvailable"),
                Cells.labels(pod.path("nodeSelector")),
                ages.age(object),
                joined(pod.path("containers"), "name"),
                joined(pod.path("containers"), "image"),
                selector(object.path("spec").path("selector")));
    }

    static List<Object> statefulSet(JsonNode object, Ages ages) {
        JsonNode pod = object.path("spec").path("template").path("spec");
        return List.of(
                name(object),
                number(object.path("status"), "readyReplicas") + "/" + number(object.path("spec"), "replicas"),
                ages.age(object),
                joined(pod.path("containers"), "name"),
                joined(pod.path("containers"), "image"));
    }

    static List<Object> controllerRevision(JsonNode object, Ages ages) {
        String controller = NONE;
        for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
            if (owner.path("controller").asBoolean()) {
                String group = text(owner, "apiVersion");
                String kind = text(owner, "kind").toLowerCase(Locale.ROOT);
                controller = kind
                        + (group.indexOf('/') < 0 ? "" : "." + group.substring(0, group.indexOf('/')))
                        + "/"
                        + text(owner, "name");
            }
        }
        return List.of(name(object), controller, number(object, "revision"), ages.age(object));
    }

    static List<Object> podTemplate(JsonNode object, Ages ages) {
        JsonNode template = object.path("template");
        JsonNode containers = template.path("spec").path("containers");
        return List.of(
                name(object),
                joined(containers, "name"),
                joined(containers, "image"),
                Cells.labels(template.path("metadata").path("labels")));
    }

    static List<Object> job(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        JsonNode status = object.path("status");
        long succeeded = number(status, "succeeded");
        long parallelism = number(spec, "parallelism");
        String completions = spec.hasNonNull("completions")
                ? succeeded + "/" + number(spec, "completions")
                : succeeded + "/1" + (parallelism > 1 ? " of " + parallelism : "");
        String start = text(status, "startTime");
        String end = text(status, "completionTime");
        String duration = start.isEmpty()
                ? ""
                : Ages.human(Duration.between(Times.parse(start), end.isEmpty() ? ages.now() : Times.parse(end)));
        JsonNode pod = spec.path("template").path("spec");
        return List.of(
                name(object),
                jobStatus(object),
                completions,
                duration,
                ages.age(object),
                joined(pod.path("containers"), "name"),
                joined(pod.path("containers"), "image"),
                selector(spec.path("selector")));
    }

    private static String jobStatus(JsonNode job) {
        for (String done : List.of("Complete", "Failed")) {
            if (Cells.isTrue(job, done)) {
                return done;
            }
        }
        if (Cells.deleting(job)) {
            return "Terminating";
        }
        for (String condition : List.of("Suspended", "FailureTarget", "SuccessCriteriaMet")) {
            if (Cells.isTrue(job, condition)) {
                return condition;
            }
        }
        return "Running";
    }

    static List<Object> cronJob(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        JsonNode last = object.path("status").path("lastScheduleTime");
        JsonNode job = spec.path("jobTemplate").path("spec");
        JsonNode containers = job.path("template").path("spec").path("containers");
        return List.of(
                name(object),
                text(spec, "schedule"),
                text(spec, "timeZone", NONE),
                spec.hasNonNull("suspend")
                        ? Cells.capitalized(spec.path("suspend").asBoolean())
                        : UNSET,
                (long) object.path("status").path("active").size(),
                last.isTextual() ? ages.since(last) : NONE,
                ages.age(object),
                joined(containers, "name"),
                joined(containers, "image"),
                selector(job.path("selector")));
    }

    static List<Object> podDisruptionBudget(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        return List.of(
                name(object),
                text(spec, "minAvailable", "N/A"),
                text(spec, "maxUnavailable", "N/A"),
                number(object.path("status"), "disruptionsAllowed"),
                ages.age(object));
    }

    static List<Object> scale(JsonNode object, Ages ages) {
        return List.of(
                Cells.name(object),
                object.path("spec").path("replicas").asInt(),
                object.path("status").path("replicas").asInt(),
                ages.age(object));
    }

    static List<Object> horizontalPodAutoscaler(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        JsonNode target = spec.path("scaleTargetRef");
        return List.of(
                name(object),
                text(target, "kind") + "/" + text(target, "name"),
                targets(object),
                text(spec, "minReplicas", UNSET),
                number(spec, "maxReplicas"),
                number(object.path("status"), "currentReplicas"),
                ages.age(object));
    }

    private static String targets(JsonNode autoscaler) {
        JsonNode spec = autoscaler.path("spec");
        JsonNode status = autoscaler.path("status");
        if (spec.has("targetCPUUtilizationPercentage")) {
            String current = text(status, "currentCPUUtilizationPercentage");
            return "cpu: " + (current.isEmpty() ? Ages.UNKNOWN : current + "%") + "/"
                    + text(spec, "targetCPUUtilizationPercentage") + "%";
        }
        List<String> metrics = new ArrayList<>();
        for (int i = 0; i < spec.path("metrics").size(); i++) {
            metrics.add(target(
                    spec.path("metrics").path(i), status.path("currentMetrics").path(i)));
        }
        if (metrics.isEmpty()) {
            return NONE;
        }
        return metrics.size() <= 2
                ? String.join(", ", metrics)
                : String.join(", ", metrics.subList(0, 2)) + " + " + (metrics.size() - 2) + " more...";
    }

    private static String target(JsonNode wanted, JsonNode found) {
        String type = text(wanted, "type");
        String field = type.isEmpty() ? "" : type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
        JsonNode source = wanted.path(field);
        JsonNode current = found.path(field).path("current");
        JsonNode target = source.path("target");
        String prefix = type.equals("Resource") || type.equals("ContainerResource") ? text(source, "name") + ": " : "";
        if (target.hasNonNull("averageUtilization")) {
            String now = text(current, "averageUtilization");
            return prefix + (now.isEmpty() ? Ages.UNKNOWN : now + "%") + "/" + text(target, "averageUtilization") + "%";
        }
        if (target.hasNonNull("averageValue")) {
            String suffix =
                    type.equals("Resource") || type.equals("ContainerResource") || type.equals("Pods") ? "" : " (avg)";
            return prefix + text(current, "averageValue", Ages.UNKNOWN) + "/" + text(target, "averageValue") + suffix;
        }
        return prefix + text(current, "value", Ages.UNKNOWN) + "/" + text(target, "value", "<auto>");
    }
}
