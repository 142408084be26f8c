package io.flotilla.apiserver.registry.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.Strategy;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodEviction;
import io.flotilla.apiserver.registry.validation.Selectors;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;

/** {@code pods/eviction}: deletes a pod if the disruption budget that covers it has one to spare. */
public final class Eviction implements SubresourceHandler {
    private static final int MAX_UNCONFIRMED = 2000;
    private static final String VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";

    private final Resources resources;
    private final Strategy pods;

    /** @param pods the rules of pods, which know their grace period */
    public Eviction(Resources resources, Strategy pods) {
        this.resources = resources;
        this.pods = pods;
    }

    /** What clients send that were written before there was policy/v1. */
    @Override
    public Set<String> otherVersions() {
        return Set.of("policy/v1beta1");
    }

    @Override
    public ObjectNode create(WriteContext context, ObjectNode eviction) {
        String named = Trees.text(eviction, "metadata", "name");
        if (!named.isEmpty() && !named.equals(context.name())) {
            throw StatusException.badRequest("name in URL does not match name in Eviction object");
        }
        DeleteOptions options = DeleteOptions.of(eviction.path("deleteOptions"));
        ObjectNode pod = Changes.read(context);
        if (!isFree(pod)) {
            spend(context, pod);
        }
        if (!context.dryRun() && !options.dryRun()) {
            PodEviction.evict(context, pods, options);
        }
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("apiVersion", "v1").put("kind", "Status");
        status.putObject("metadata");
        return status.put("status", "Success").put("code", 201);
    }

    /** Whether no budget is spent on the pod: it serves no one. */
    private static boolean isFree(ObjectNode pod) {
        return switch (Trees.text(pod, "status", "phase")) {
            case "Succeeded", "Failed", "Pending" -> true;
            default -> pod.path("metadata").has("deletionTimestamp");
        };
    }

    private void spend(WriteContext context, ObjectNode pod) {
        ResourceInfo budgets = resources.of("policy", "poddisruptionbudgets");
        JsonNode labels = pod.path("metadata").path("labels");
        // As Kubernetes does, not the cached ones: a budget counts from the moment at which it is made.
        List<ObjectNode> covering = context.store().list(budgets, context.namespace()).stream()
                .filter(budget -> Selectors.matches(budget.path("spec").path("selector"), labels))
                .toList();
        if (covering.isEmpty()) {
            return;
        }
        if (covering.size() > 1) {
            throw StatusException.plain(
                    500,
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        }
        ObjectNode budget = covering.getFirst();
        boolean always =
                Trees.text(budget, "spec", "unhealthyPodEvictionPolicy").equals("AlwaysAllow");
        if (!isReady(pod)) {
            JsonNode status = budget.path("status");
            boolean healthy = status.path("currentHealthy").intValue()
                            >= status.path("desiredHealthy").intValue()
                    && status.path("desiredHealthy").intValue() > 0;
            if (always || healthy) {
                return;
            }
        }
        WriteContext ofBudget = new WriteContext(
                budgets,
                context.namespace(),
                Trees.text(budget, "metadata", "name"),
                context.user(),
                context.dryRun(),
                context.now(),
                context.store(),
                context.warn());
        Changes.apply(ofBudget, JsonNodeFactory.instance.objectNode(), live -> {
            take(ofBudget, live, context.name());
            return live;
        });
    }

    private static boolean isReady(ObjectNode pod) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static void take(WriteContext context, ObjectNode budget, String pod) {
        ObjectNode status = Trees.child(budget, "status");
        String name = context.name();
        if (status.path("observedGeneration").longValue()
                < budget.path("metadata").path("generation").longValue()) {
            throw refused("The disruption budget " + name + " is still being processed by the server.", 10);
        }
        int allowed = status.path("disruptionsAllowed").intValue();
        if (allowed < 0) {
            throw StatusException.forbidden(context.resource(), name, "pdb disruptions allowed is negative");
        }
        if (status.path("disruptedPods").size() > MAX_UNCONFIRMED) {
            throw StatusException.forbidden(
                    context.resource(),
                    name,
                    "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        }
        if (allowed == 0) {
            throw refused(
                    "The disruption budget " + name + " needs "
                            + status.path("desiredHealthy").intValue() + " healthy pods and has "
                            + status.path("currentHealthy").intValue() + " currently",
                    0);
        }
        status.put("disruptionsAllowed", allowed - 1);
        String now = context.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Trees.child(status, "disruptedPods").put(pod, now);
        if (allowed == 1) {
            for (JsonNode condition : status.path("conditions")) {
                if (condition.path("type").asText().equals("DisruptionAllowed")) {
                    ((ObjectNode) condition)
                            .put("status", "False")
                            .put("reason", "InsufficientPods")
                            .put("lastTransitionTime", now);
                }
            }
        }
    }

    private static StatusException refused(String why, int retryAfterSeconds) {
        return StatusException.tooManyRequests(
                VIOLATES, List.of(new StatusException.Cause("DisruptionBudget", why, "")), retryAfterSeconds);
    }
}
