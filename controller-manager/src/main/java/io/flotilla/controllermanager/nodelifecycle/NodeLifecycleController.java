package io.flotilla.controllermanager.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Watches over nodes: their heartbeats every monitor period, the taints that follow their conditions at once. */
public final class NodeLifecycleController implements Controller {
    private static final String ALL = "all nodes";

    private final Caches caches;
    private final Clock clock;
    private final NodeTaints taints;
    private final NodeMonitor monitor;
    private final EventRecorder events;
    private final Duration period;
    private final ReconcileLoop<String> heartbeats;
    private final ReconcileLoop<ObjectKey> conditions;

    public NodeLifecycleController(ControllerContext context) {
        caches = context.caches();
        clock = context.clock();
        period = context.settings().nodeMonitorPeriod();
        taints = new NodeTaints(context.client());
        events = context.events().apply("node-controller");
        monitor = new NodeMonitor(context, events);
        heartbeats = new ReconcileLoop<>("node_lifecycle_heartbeats", 1, this::look);
        conditions = new ReconcileLoop<ObjectKey>("node_lifecycle_controller", 2, this::taint)
                .on(caches.nodes(), Handlers.onAny((Node node) -> add(node)))
                .on(caches.nodes(), Handlers.onDelete(this::removed));
    }

    private void add(Node node) {
        conditions.add(ObjectKey.of(node));
    }

    private void removed(Node node) {
        String name = node.getMetadata().getName();
        events.normal(
                ObjectReferences.to(ResourceTypes.NODES, node),
                "RemovingNode",
                "Node " + name + " event: Removing Node " + name + " from Controller");
    }

    @Override
    public void start() {
        conditions.start();
        heartbeats.start();
        heartbeats.add(ALL);
    }

    @Override
    public void close() {
        heartbeats.close();
        conditions.close();
    }

    private Result look(String all) {
        monitor.look();
        return Result.after(period);
    }

    private Result taint(ObjectKey key) {
        Optional<Node> node = caches.nodes().lister().get(key);
        node.ifPresent(present -> taints.swap(
                present, NodeTaints::followsConditions, NodeTaints.ofConditions(present), Times.now(clock)));
        return Result.done();
    }
}
