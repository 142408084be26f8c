package io.flotilla.controllermanager.garbagecollector;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.garbagecollector.GraphNode.Identity;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes objects whose owners are gone, and carries out foreground and orphaning deletion. It watches the metadata of
 * everything, so it does so only while this process leads.
 */
public final class GarbageCollector implements Controller {
    private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);
    private static final Duration DISCOVER_AGAIN = Duration.ofSeconds(30);
    private static final Duration SYNC_POLL = Duration.ofMillis(20);
    private static final Duration SYNC_PATIENCE = Duration.ofSeconds(10);
    private static final String RESOURCES = "resources";
    private static final int ORPHANING = 5;

    private final Graph graph;
    private final ResourceMonitors monitors;
    private final Collector collector;
    private final EventRecorder events;
    private final ReconcileLoop<String> discovery;
    private final ReconcileLoop<String> deletions;
    private final ReconcileLoop<String> orphanings;

    public GarbageCollector(ControllerContext context) {
        events = context.events().apply("garbage-collector-controller");
        graph = new Graph(new Notes());
        monitors = new ResourceMonitors(context.client(), graph);
        collector = new Collector(graph, new LiveObjects(context.client(), monitors), this::look);
        discovery = new ReconcileLoop<>("garbage_collector_resources", 1, this::refresh);
        deletions = new ReconcileLoop<>(
                "garbage_collector_attempt_to_delete", context.settings().concurrentGcSyncs(), this::mayDelete);
        orphanings = new ReconcileLoop<>("garbage_collector_attempt_to_orphan", ORPHANING, this::orphan);
    }

    private void look(String uid) {
        deletions.add(uid);
    }

    @Override
    public void start() {
        discovery.start();
        discovery.add(RESOURCES);
    }

    @Override
    public void close() {
        discovery.close();
        deletions.close();
        orphanings.close();
        monitors.close();
    }

    private boolean working; // touched by the one discovery worker only

    private Result refresh(String unused) throws InterruptedException {
        monitors.refresh();
        awaitSync();
        if (!working) {
            LOG.debug("The garbage collector knows {} objects", graph.size());
            deletions.start();
            orphanings.start();
            working = true;
        }
        return Result.after(DISCOVER_AGAIN);
    }

    /** A resource that cannot be listed must not keep the collector from all others: every deletion reads anew anyway. */
    private void awaitSync() throws InterruptedException {
        long start = System.nanoTime();
        while (!monitors.hasSynced() && System.nanoTime() - start < SYNC_PATIENCE.toNanos()) {
            Thread.sleep(SYNC_POLL);
        }
    }

    private Result mayDelete(String uid) {
        try {
            collector.look(uid);
        } catch (Collector.InvalidOwnerException e) {
            LOG.info("{}", e.getMessage());
        } catch (LiveObjects.UnknownKindException e) {
            LOG.debug("{} stays for now: {}", uid, e.getMessage());
            return Result.after(DISCOVER_AGAIN);
        }
        return Result.done();
    }

    private Result orphan(String uid) {
        collector.orphan(uid);
        return Result.done();
    }

    private final class Notes implements Graph.Work {
        @Override
        public void mayDelete(String uid) {
            deletions.add(uid);
        }

        @Override
        public void mustOrphan(String uid) {
            orphanings.add(uid);
        }

        @Override
        public void wrongOwner(Identity dependent, OwnerReference reference) {
            events.warning(
                    new ObjectReferenceBuilder()
                            .withApiVersion(dependent.apiVersion())
                            .withKind(dependent.kind())
                            .withNamespace(dependent.namespace())
                            .withName(dependent.name())
                            .withUid(dependent.uid())
                            .build(),
                    "OwnerRefInvalidNamespace",
                    "ownerRef [" + reference.getApiVersion() + "/" + reference.getKind() + ", namespace: "
                            + dependent.namespace() + ", name: " + reference.getName() + ", uid: "
                            + reference.getUid() + "] does not exist in namespace \"" + dependent.namespace() + "\"");
        }
    }
}
