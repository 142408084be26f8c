package io.flotilla.controllermanager.podgc;

import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.controller.Taints;
import io.flotilla.controllermanager.pod.PodDisruption;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks through all pods every 20 seconds for those that nothing else will delete, and deletes them at once. */
public final class PodGarbageCollector implements Controller {
    private static final Logger LOG = LoggerFactory.getLogger(PodGarbageCollector.class);
    private static final Duration PERIOD = Duration.ofSeconds(20);

    /** A node may be registered again, and its pods with it. */
    private static final Duration QUARANTINE = Duration.ofSeconds(40);

    private static final DeleteOptions AT_ONCE =
            new DeleteOptionsBuilder().withGracePeriodSeconds(0L).build();
    private static final String LOOK = "look";

    private final Caches caches;
    private final ResourceClient<Pod> pods;
    private final ResourceClient<Node> nodes;
    private final PodDisruption disruption;
    private final LongSupplier nanoTime;
    private final int threshold;
    private final Map<String, Long> missingSince = new HashMap<>(); // touched by the one worker only
    private final ReconcileLoop<String> loop;

    public PodGarbageCollector(ControllerContext context) {
        ApiClient client = context.client();
        caches = context.caches();
        pods = client.resource(ResourceTypes.PODS);
        nodes = client.resource(ResourceTypes.NODES);
        disruption = new PodDisruption(client, context.clock());
        nanoTime = context.nanoTime();
        threshold = context.settings().terminatedPodGcThreshold();
        loop = new ReconcileLoop<String>("pod_gc", 1, this::look)
                .on(caches.nodes(), Handlers.onDelete(_ -> lookSoon()));
    }

    private void lookSoon() {
        loop.add(LOOK);
    }

    @Override
    public void start() {
        loop.start();
        lookSoon();
    }

    @Override
    public void close() {
        loop.close();
    }

    private Result look(String unused) {
        Collection<Pod> all = caches.pods().lister().list();
        if (threshold > 0) {
            collectFinished(all);
        }
        collectOutOfService(all);
        collectOrphaned(all);
        for (Pod pod : all) {
            if (PodStates.isTerminating(pod) && PodStates.nodeName(pod).isEmpty()) {
                LOG.debug("Deleting pod {}, which was never bound", ObjectKey.of(pod));
                delete(pod);
            }
        }
        return Result.after(PERIOD);
    }

    private void collectFinished(Collection<Pod> all) {
        List<Pod> finished = all.stream()
                .filter(PodStates::isFinished)
                .sorted(Comparator.comparing((Pod pod) -> !evicted(pod))
                        .thenComparing(pod -> pod.getMetadata().getCreationTimestamp())
                        .thenComparing(pod -> pod.getMetadata().getName()))
                .toList();
        for (Pod pod : finished.subList(0, Math.max(0, finished.size() - threshold))) {
            delete(pod);
        }
    }

    private static boolean evicted(Pod pod) {
        return pod.getStatus() != null && "Evicted".equals(pod.getStatus().getReason());
    }

    /** People say by a taint that the node is off for good: its terminating pods need not wait for it. */
    private void collectOutOfService(Collection<Pod> all) {
        for (Pod pod : all) {
            if (!PodStates.isTerminating(pod)) {
                continue;
            }
            Optional<Node> node = caches.nodes().lister().get(ObjectKey.of(PodStates.nodeName(pod)));
            boolean off = node.filter(found ->
                            Taints.of(found).stream().anyMatch(taint -> Taints.OUT_OF_SERVICE.equals(taint.getKey())))
                    .filter(found -> !isReady(found))
                    .isPresent();
            if (off) {
                fail(pod, "DeletionByPodGC", "PodGC: node is out of service");
            }
        }
    }

    private static boolean isReady(Node node) {
        return node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }

    private void collectOrphaned(Collection<Pod> all) {
        Map<String, Long> missing = new HashMap<>();
        for (Pod pod : all) {
            String node = PodStates.nodeName(pod);
            if (node.isEmpty()
                    || caches.nodes().lister().get(ObjectKey.of(node)).isPresent()) {
                continue;
            }
            long since = missing.computeIfAbsent(node, name -> missingSince.getOrDefault(name, nanoTime.getAsLong()));
            if (nanoTime.getAsLong() - since >= QUARANTINE.toNanos() && isGone(node)) {
                LOG.info("Deleting pod {} of node {}, which is gone", ObjectKey.of(pod), node);
                fail(pod, "DeletionByPodGC", "PodGC: node no longer exists");
            }
        }
        missingSince.clear();
        missingSince.putAll(missing);
    }

    private boolean isGone(String node) {
        try {
            nodes.get(ObjectKey.of(node));
            return false;
        } catch (ApiException e) {
            return e.isNotFound();
        }
    }

    private void fail(Pod pod, String reason, String message) {
        try {
            disruption.markFailed(pod, reason, message);
            delete(pod);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                LOG.info("Pod {} could not be collected: {}", ObjectKey.of(pod), e.getMessage());
            }
        }
    }

    private void delete(Pod pod) {
        try {
            pods.delete(ObjectKey.of(pod), AT_ONCE);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                LOG.info("Pod {} could not be deleted: {}", ObjectKey.of(pod), e.getMessage());
            }
        }
    }
}
