package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.Strategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.StatusException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Deletes a pod on behalf of an eviction, leaving in its status why it goes. */
public final class PodEviction {
    private PodEviction() {}

    public static void evict(WriteContext context, Strategy pods, DeleteOptions options) {
        boolean[] atOnce = new boolean[1];
        Instant now = context.now().truncatedTo(ChronoUnit.SECONDS);
        ObjectNode marked = Changes.apply(context, JsonNodeFactory.instance.objectNode(), pod -> {
            checkPreconditions(context, pod, options);
            PodConditions.set(pod, "DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting", now);
            long usual = pods.defaultGracePeriodSeconds(context, pod);
            long grace = usual == 0 ? 0 : Math.max(options.gracePeriodSeconds().orElse(usual), 0);
            ObjectNode metadata = Trees.child(pod, "metadata");
            boolean held = !metadata.path("finalizers").isEmpty();
            atOnce[0] = grace == 0 && !held;
            boolean shortens = !metadata.has("deletionTimestamp")
                    || metadata.path("deletionGracePeriodSeconds").longValue() > grace;
            if (!atOnce[0] && shortens) {
                metadata.put("deletionTimestamp", now.plusSeconds(grace).toString());
                metadata.put("deletionGracePeriodSeconds", grace);
            }
            return pod;
        });
        if (atOnce[0]) {
            context.store().remove(context.resource(), context.namespace(), Trees.text(marked, "metadata", "name"));
        }
    }

    private static void checkPreconditions(WriteContext context, ObjectNode pod, DeleteOptions options) {
        String uid = Trees.text(pod, "metadata", "uid");
        if (options.uid().isPresent() && !options.uid().get().equals(uid)) {
            throw StatusException.conflict(
                    context.resource(),
                    context.name(),
                    "the UID in the precondition (" + options.uid().get() + ") does not match the UID in record (" + uid
                            + "). The object might have been deleted and then recreated");
        }
    }
}
