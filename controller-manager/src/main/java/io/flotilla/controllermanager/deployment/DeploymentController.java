package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.ownership.Claimer;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.object.LabelSelectors;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Rolls out each Deployment's pod template, keeps its size, its history and its status. */
public final class DeploymentController implements Controller {
    private final Caches caches;
    private final ResourceClient<ReplicaSet> replicaSets;
    private final EventRecorder events;
    private final Claimer<Deployment, ReplicaSet> claimer;
    private final DeploymentStatuses statuses;
    private final Revisions revisions;
    private final Scaling scaling;
    private final RollingUpdate rollingUpdate;
    private final Recreate recreate;
    private final ReconcileLoop<ObjectKey> loop;

    public DeploymentController(ControllerContext context) {
        caches = context.caches();
        replicaSets = context.client().resource(ResourceTypes.REPLICA_SETS);
        events = context.events().apply("deployment-controller");
        claimer = new Claimer<>(context.client().resource(ResourceTypes.DEPLOYMENTS), replicaSets);
        statuses = new DeploymentStatuses(context.client(), context.clock());
        revisions = new Revisions(context.client(), events, statuses);
        scaling = new Scaling(context.client(), events);
        rollingUpdate = new RollingUpdate(scaling);
        recreate = new Recreate(caches.pods().lister(), revisions, scaling);
        loop = new ReconcileLoop<ObjectKey>("deployment", context.settings().concurrentDeploymentSyncs(), this::sync)
                .on(caches.deployments(), Handlers.onAny(deployment -> add(deployment)))
                .on(caches.replicaSets(), new ReplicaSetHandler())
                .on(caches.pods(), Handlers.onDelete(this::podDeleted));
    }

    private void add(Deployment deployment) {
        loop.add(ObjectKey.of(deployment));
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    private Result sync(ObjectKey key) {
        Optional<Deployment> cached = caches.deployments().lister().get(key);
        if (cached.isEmpty()) {
            return Result.done();
        }
        Deployment deployment = cached.get();
        if (selectsEverything(deployment.getSpec().getSelector())) {
            events.warning(
                    ObjectReferences.to(ResourceTypes.DEPLOYMENTS, deployment),
                    "SelectingAll",
                    "This deployment is selecting all pods. A non-empty selector is required.");
            return Result.done();
        }
        List<ReplicaSet> owned = claimer.claim(
                deployment,
                Caches.ownedOrOrphaned(caches.replicaSets().lister(), deployment),
                replicaSet -> LabelSelectors.matches(
                        deployment.getSpec().getSelector(),
                        replicaSet.getMetadata().getLabels()));
        Rollout rollout = new Rollout(deployment, owned);
        if (deployment.getMetadata().getDeletionTimestamp() != null) {
            statuses.update(rollout);
            return Result.done();
        }
        return advance(rollout);
    }

    private Result advance(Rollout rollout) {
        statuses.syncPause(rollout);
        revisions.syncNewest(rollout);
        boolean paused = Boolean.TRUE.equals(rollout.deployment().getSpec().getPaused());
        if (paused || Scaling.isScalingEvent(rollout)) {
            scaling.scale(rollout);
            if (paused) {
                removeHistory(rollout);
            }
            statuses.update(rollout);
            return Result.done();
        }
        if (Limits.isRollingUpdate(rollout.deployment())) {
            revisions.createNewest(rollout);
            if (!rollingUpdate.step(rollout) && DeploymentStatuses.isComplete(rollout)) {
                removeHistory(rollout);
            }
        } else {
            recreate.step(rollout);
            if (DeploymentStatuses.isComplete(rollout)) {
                removeHistory(rollout);
            }
        }
        return statuses.updateProgress(rollout).map(Result::after).orElse(Result.done());
    }

    private static boolean selectsEverything(LabelSelector selector) {
        return (selector.getMatchLabels() == null || selector.getMatchLabels().isEmpty())
                && (selector.getMatchExpressions() == null
                        || selector.getMatchExpressions().isEmpty());
    }

    /** Deletes the oldest revisions beyond spec.revisionHistoryLimit, of those that have no pods any more. */
    private void removeHistory(Rollout rollout) {
        Integer limit = rollout.deployment().getSpec().getRevisionHistoryLimit();
        if (limit == null || limit == Integer.MAX_VALUE) {
            return;
        }
        List<ReplicaSet> old = rollout.old().stream()
                .filter(replicaSet -> replicaSet.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparingLong((ReplicaSet replicaSet) -> Annotations.revision(replicaSet))
                        .thenComparing(Rollout.OLDEST_FIRST))
                .toList();
        for (ReplicaSet replicaSet : old.subList(0, Math.max(0, old.size() - limit))) {
            boolean empty = Rollout.replicas(replicaSet) == 0
                    && replicaSet.getStatus() != null
                    && Counts.orZero(replicaSet.getStatus().getReplicas()) == 0
                    && Counts.orZero(replicaSet.getStatus().getObservedGeneration())
                            >= Counts.orZero(replicaSet.getMetadata().getGeneration());
            if (empty) {
                delete(replicaSet);
            }
        }
    }

    private void delete(ReplicaSet replicaSet) {
        try {
            replicaSets.delete(ObjectKey.of(replicaSet));
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private Optional<Deployment> controllerOf(HasMetadata replicaSet) {
        return OwnerReferences.controllerOf(replicaSet)
                .filter(owner -> owner.getKind().equals("Deployment"))
                .flatMap(owner -> caches.deployments()
                        .lister()
                        .get(new ObjectKey(replicaSet.getMetadata().getNamespace(), owner.getName()))
                        .filter(found -> found.getMetadata().getUid().equals(owner.getUid())));
    }

    /** With the strategy Recreate the end of the last old pod lets the new ones start. */
    private void podDeleted(Pod pod) {
        OwnerReferences.controllerOf(pod)
                .filter(owner -> owner.getKind().equals("ReplicaSet"))
                .flatMap(owner -> caches.replicaSets()
                        .lister()
                        .get(new ObjectKey(pod.getMetadata().getNamespace(), owner.getName())))
                .flatMap(this::controllerOf)
                .filter(deployment -> !Limits.isRollingUpdate(deployment))
                .map(ObjectKey::of)
                .ifPresent(loop::addSoon);
    }

    private final class ReplicaSetHandler implements EventHandler<ReplicaSet> {
        @Override
        public void onAdd(ReplicaSet replicaSet) {
            if (OwnerReferences.controllerOf(replicaSet).isEmpty()) {
                addThoseThatMayAdopt(replicaSet);
            } else {
                controllerOf(replicaSet).map(ObjectKey::of).ifPresent(loop::add);
            }
        }

        @Override
        public void onUpdate(ReplicaSet before, ReplicaSet now) {
            Optional<Deployment> earlier = controllerOf(before);
            earlier.map(ObjectKey::of).ifPresent(loop::add);
            controllerOf(now).map(ObjectKey::of).ifPresent(loop::add);
            boolean orphan = OwnerReferences.controllerOf(now).isEmpty();
            boolean changed = OwnerReferences.controllerOf(before).isPresent()
                    || !Objects.equals(
                            before.getMetadata().getLabels(), now.getMetadata().getLabels());
            if (orphan && changed) {
                addThoseThatMayAdopt(now);
            }
        }

        @Override
        public void onDelete(ReplicaSet last) {
            controllerOf(last).map(ObjectKey::of).ifPresent(loop::add);
        }

        private void addThoseThatMayAdopt(ReplicaSet orphan) {
            for (Deployment candidate : Caches.inNamespace(
                    caches.deployments().lister(), orphan.getMetadata().getNamespace())) {
                if (LabelSelectors.matches(
                        candidate.getSpec().getSelector(), orphan.getMetadata().getLabels())) {
                    add(candidate);
                }
            }
        }
    }
}
