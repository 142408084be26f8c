package io.flotilla.controllermanager.tainteviction;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.controller.Taints;
import io.flotilla.controllermanager.pod.PodDisruption;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Deletes pods whose node has taints NoExecute once their tolerations for these have run out. */
public final class TaintEvictionController implements Controller {
    private static final String REASON = "TaintManagerEviction";
    private static final int WORKERS = 8;

    /** When this process first saw that the pod has to go; elapsed time counts from there. */
    private record Doomed(String uid, long since) {}

    private final Caches caches;
    private final ResourceClient<Pod> pods;
    private final PodDisruption disruption;
    private final EventRecorder events;
    private final LongSupplier nanoTime;
    private final Map<ObjectKey, Doomed> doomed = new ConcurrentHashMap<>();
    private final ReconcileLoop<ObjectKey> loop;

    public TaintEvictionController(ControllerContext context) {
        caches = context.caches();
        pods = context.client().resource(ResourceTypes.PODS);
        disruption = new PodDisruption(context.client(), context.clock());
        events = context.events().apply("taint-eviction-controller");
        nanoTime = context.nanoTime();
        loop = new ReconcileLoop<ObjectKey>("noexec_taint_pod", WORKERS, this::sync)
                .on(caches.pods(), Handlers.onAny(this::podChanged))
                .on(caches.nodes(), new NodeHandler());
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    private void podChanged(Pod pod) {
        ObjectKey key = ObjectKey.of(pod);
        boolean tainted = caches.nodes()
                .lister()
                .get(ObjectKey.of(PodStates.nodeName(pod)))
                .map(node -> !Patience.evicting(node).isEmpty())
                .orElse(false);
        if (tainted || doomed.containsKey(key)) {
            loop.add(key);
        }
    }

    private Result sync(ObjectKey key) {
        Optional<Pod> cached = caches.pods().lister().get(key);
        Optional<Duration> patience = cached.flatMap(this::patience);
        if (cached.isEmpty() || patience.isEmpty()) {
            if (doomed.remove(key) != null && cached.isPresent() && !PodStates.isTerminating(cached.get())) {
                events.normal(reference(cached.get()), REASON, "Cancelling deletion of Pod " + key);
            }
            return Result.done();
        }
        Pod pod = cached.get();
        String uid = pod.getMetadata().getUid();
        Doomed sentence = doomed.compute(
                key,
                (_, known) -> known != null && known.uid().equals(uid) ? known : new Doomed(uid, nanoTime.getAsLong()));
        Duration left = patience.get().minusNanos(nanoTime.getAsLong() - sentence.since());
        if (left.isPositive()) {
            return Result.after(left);
        }
        evict(pod);
        doomed.remove(key);
        return Result.done();
    }

    private Optional<Duration> patience(Pod pod) {
        if (PodStates.isTerminating(pod) || PodStates.nodeName(pod).isEmpty()) {
            return Optional.empty();
        }
        List<Taint> taints = caches.nodes()
                .lister()
                .get(ObjectKey.of(PodStates.nodeName(pod)))
                .map(Patience::evicting)
                .orElse(List.of());
        return taints.isEmpty() ? Optional.empty() : Patience.of(pod, taints);
    }

    private static ObjectReference reference(Pod pod) {
        return ObjectReferences.to(ResourceTypes.PODS, pod);
    }

    private void evict(Pod pod) {
        ObjectKey key = ObjectKey.of(pod);
        events.normal(reference(pod), REASON, "Marking for deletion Pod " + key);
        try {
            disruption.mark(pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint");
            pods.delete(key);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private final class NodeHandler implements EventHandler<Node> {
        @Override
        public void onAdd(Node node) {
            if (!Patience.evicting(node).isEmpty()) {
                addPodsOf(node);
            }
        }

        @Override
        public void onUpdate(Node before, Node now) {
            if (!Taints.of(before).equals(Taints.of(now))) {
                addPodsOf(now);
            }
        }

        @Override
        public void onDelete(Node last) {
            addPodsOf(last);
        }

        private void addPodsOf(Node node) {
            for (Pod pod : caches.podsOnNode(node.getMetadata().getName())) {
                loop.add(ObjectKey.of(pod));
            }
        }
    }
}
