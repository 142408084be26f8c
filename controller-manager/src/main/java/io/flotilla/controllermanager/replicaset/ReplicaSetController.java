package io.flotilla.controllermanager.replicaset;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.ownership.Claimer;
import io.flotilla.controllermanager.pod.Expectations;
import io.flotilla.controllermanager.pod.PodControl;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.object.LabelSelectors;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Keeps as many pods of each ReplicaSet as it asks for, and its status up to date. */
public final class ReplicaSetController implements Controller {
    private final Caches caches;
    private final Clock clock;
    private final Expectations expectations;
    private final Claimer<ReplicaSet, Pod> claimer;
    private final ReplicaScaler scaler;
    private final ReplicaSetStatuses statuses;
    private final ReconcileLoop<ObjectKey> loop;

    public ReplicaSetController(ControllerContext context) {
        caches = context.caches();
        clock = context.clock();
        expectations = new Expectations(context.nanoTime());
        claimer = new Claimer<>(
                context.client().resource(ResourceTypes.REPLICA_SETS),
                context.client().resource(ResourceTypes.PODS));
        scaler = new ReplicaScaler(
                caches,
                expectations,
                new PodControl(context.client(), context.events().apply("replicaset-controller")),
                clock);
        statuses = new ReplicaSetStatuses(context.client(), clock);
        loop = new ReconcileLoop<ObjectKey>("replicaset", context.settings().concurrentReplicaSetSyncs(), this::sync)
                .on(caches.replicaSets(), new ReplicaSetHandler())
                .on(caches.pods(), new PodHandler());
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    private Result sync(ObjectKey key) throws InterruptedException {
        Optional<ReplicaSet> cached = caches.replicaSets().lister().get(key);
        if (cached.isEmpty()) {
            expectations.forget(key);
            return Result.done();
        }
        ReplicaSet replicaSet = cached.get();
        // Asked before the pods are read: a pod that shows up in between is then counted.
        boolean mayScale = expectations.satisfied(key);
        List<Pod> pods = claimer.claim(
                replicaSet,
                Caches.ownedOrOrphaned(caches.pods().lister(), replicaSet),
                pod -> LabelSelectors.matches(
                        replicaSet.getSpec().getSelector(), pod.getMetadata().getLabels()));
        List<Pod> active = pods.stream().filter(PodStates::isActive).toList();
        Optional<ScaleFailure> failure = Optional.empty();
        if (mayScale && replicaSet.getMetadata().getDeletionTimestamp() == null) {
            failure = scaler.scale(replicaSet, active);
        }
        statuses.update(replicaSet, pods, failure);
        if (failure.isPresent()) {
            throw failure.get().cause();
        }
        return nextAvailability(replicaSet, active);
    }

    /** Nothing happens in the cluster when a ready pod becomes available: the clock must bring the next call. */
    private Result nextAvailability(ReplicaSet replicaSet, List<Pod> active) {
        int minReadySeconds = Counts.orZero(replicaSet.getSpec().getMinReadySeconds());
        if (minReadySeconds == 0) {
            return Result.done();
        }
        Instant now = clock.instant();
        return active.stream()
                .flatMap(pod -> PodStates.untilAvailable(pod, minReadySeconds, now).stream())
                .min(Duration::compareTo)
                .map(Result::after)
                .orElse(Result.done());
    }

    private Optional<ReplicaSet> controllerOf(HasMetadata pod) {
        return OwnerReferences.controllerOf(pod)
                .filter(owner -> owner.getKind().equals("ReplicaSet"))
                .flatMap(owner -> caches.replicaSets()
                        .lister()
                        .get(new ObjectKey(pod.getMetadata().getNamespace(), owner.getName()))
                        .filter(found -> found.getMetadata().getUid().equals(owner.getUid())));
    }

    private void addThoseThatMayAdopt(Pod orphan) {
        if (orphan.getMetadata().getLabels() == null
                || orphan.getMetadata().getLabels().isEmpty()) {
            return;
        }
        for (ReplicaSet candidate : Caches.inNamespace(
                caches.replicaSets().lister(), orphan.getMetadata().getNamespace())) {
            if (LabelSelectors.matches(
                    candidate.getSpec().getSelector(), orphan.getMetadata().getLabels())) {
                loop.addSoon(ObjectKey.of(candidate));
            }
        }
    }

    private final class ReplicaSetHandler implements EventHandler<ReplicaSet> {
        @Override
        public void onAdd(ReplicaSet replicaSet) {
            loop.add(ObjectKey.of(replicaSet));
        }

        @Override
        public void onUpdate(ReplicaSet before, ReplicaSet now) {
            loop.add(ObjectKey.of(now));
        }

        @Override
        public void onDelete(ReplicaSet last) {
            ObjectKey key = ObjectKey.of(last);
            expectations.forget(key);
            loop.add(key);
        }
    }

    private final class PodHandler implements EventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            if (PodStates.isTerminating(pod)) {
                onDelete(pod);
                return;
            }
            if (OwnerReferences.controllerOf(pod).isEmpty()) {
                addThoseThatMayAdopt(pod);
                return;
            }
            controllerOf(pod).map(ObjectKey::of).ifPresent(key -> {
                expectations.creationObserved(key);
                loop.addSoon(key);
            });
        }

        @Override
        public void onUpdate(Pod before, Pod now) {
            if (PodStates.isTerminating(now)) {
                // The deletion has been accepted: that is what the controller waits for, not the end of the pod.
                onDelete(now);
                return;
            }
            Optional<ReplicaSet> owner = controllerOf(now);
            Optional<ReplicaSet> earlier = controllerOf(before);
            earlier.map(ObjectKey::of).ifPresent(loop::addSoon);
            owner.map(ObjectKey::of).ifPresent(loop::addSoon);
            boolean orphan = OwnerReferences.controllerOf(now).isEmpty();
            boolean changed = earlier.isPresent()
                    || !Objects.equals(
                            before.getMetadata().getLabels(), now.getMetadata().getLabels());
            if (orphan && changed) {
                addThoseThatMayAdopt(now);
            }
        }

        @Override
        public void onDelete(Pod pod) {
            controllerOf(pod).map(ObjectKey::of).ifPresent(key -> {
                expectations.deletionObserved(key, pod.getMetadata().getUid());
                loop.addSoon(key);
            });
        }
    }

    /** Returns the pods of all ReplicaSets that share the controller of this one, its own included. */
    static List<Pod> podsOfSiblings(Caches caches, ReplicaSet replicaSet) {
        List<Pod> found = new ArrayList<>();
        String self = replicaSet.getMetadata().getUid();
        found.addAll(Caches.ownedBy(caches.pods().lister(), self));
        OwnerReferences.controllerOf(replicaSet)
                .ifPresent(owner -> Caches.ownedBy(caches.replicaSets().lister(), owner.getUid()).stream()
                        .map(sibling -> sibling.getMetadata().getUid())
                        .filter(uid -> !uid.equals(self))
                        .forEach(
                                uid -> found.addAll(Caches.ownedBy(caches.pods().lister(), uid))));
        return found;
    }
}
