package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Refusals;
import io.flotilla.controllermanager.pod.TemplateHash;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the replica set of a Deployment's present template, and numbers the revisions. */
final class Revisions {
    private final ResourceClient<Deployment> deployments;
    private final ResourceClient<ReplicaSet> replicaSets;
    private final EventRecorder events;
    private final DeploymentStatuses statuses;

    Revisions(ApiClient client, EventRecorder events, DeploymentStatuses statuses) {
        this.deployments = client.resource(ResourceTypes.DEPLOYMENTS);
        this.replicaSets = client.resource(ResourceTypes.REPLICA_SETS);
        this.events = events;
        this.statuses = statuses;
    }

    /** Brings revision, annotations and minReadySeconds of the newest replica set up to date, if there is one. */
    void syncNewest(Rollout rollout) {
        if (rollout.newest().isEmpty()) {
            return;
        }
        ReplicaSet present = rollout.newest().get();
        Deployment deployment = rollout.deployment();
        Map<String, String> annotations =
                Annotations.ofNewest(deployment, Annotations.of(present), nextRevision(rollout));
        int minReadySeconds = Counts.orZero(deployment.getSpec().getMinReadySeconds());
        if (!annotations.equals(Annotations.of(present))
                || Counts.orZero(present.getSpec().getMinReadySeconds()) != minReadySeconds) {
            ReplicaSet next = new ReplicaSetBuilder(present)
                    .editMetadata()
                    .withAnnotations(annotations)
                    .endMetadata()
                    .editSpec()
                    .withMinReadySeconds(Counts.omitZero(minReadySeconds))
                    .endSpec()
                    .build();
            rollout.newest(replicaSets.update(next));
        }
        setRevision(rollout, Annotations.of(rollout.newest().get()).get(Annotations.REVISION));
        statuses.foundNewest(rollout);
    }

    private static long nextRevision(Rollout rollout) {
        return rollout.old().stream().mapToLong(Annotations::revision).max().orElse(0) + 1;
    }

    /** Notes it together with the status: as a change of the Deployment itself it would be a new generation. */
    private void setRevision(Rollout rollout, @org.jspecify.annotations.Nullable String revision) {
        Deployment deployment = rollout.deployment();
        if (revision == null || revision.equals(Annotations.of(deployment).get(Annotations.REVISION))) {
            return;
        }
        rollout.deployment(deployments.patch(
                ObjectKey.of(deployment),
                "status",
                Patch.merge(Map.of(
                        "metadata",
                        Map.of(
                                "uid",
                                deployment.getMetadata().getUid(),
                                "annotations",
                                Map.of(Annotations.REVISION, revision))))));
    }

    /** Makes sure that the present template has a replica set. Its name is taken by other content once in a blue moon. */
    void createNewest(Rollout rollout) {
        if (rollout.newest().isPresent()) {
            return;
        }
        Deployment deployment = rollout.deployment();
        long revision = nextRevision(rollout);
        ReplicaSet wanted = newReplicaSet(rollout, revision);
        int replicas = Rollout.replicas(wanted);
        boolean existed = false;
        ReplicaSet created;
        try {
            created = replicaSets.create(wanted);
        } catch (ApiException e) {
            if (e.isAlreadyExists()) {
                created = existing(rollout, wanted).orElseThrow(() -> e);
                existed = true;
            } else {
                if (!Refusals.namespaceIsTerminating(e)) {
                    createFailed(rollout, wanted, e);
                }
                throw e;
            }
        }
        rollout.newest(created);
        if (!existed && replicas > 0) {
            events.normal(
                    ObjectReferences.to(ResourceTypes.DEPLOYMENTS, deployment),
                    "ScalingReplicaSet",
                    "Scaled up replica set " + created.getMetadata().getName() + " from 0 to " + replicas);
        }
        setRevision(rollout, Long.toString(revision));
        if (!existed) {
            statuses.createdNewest(rollout);
        }
    }

    /** Returns the replica set of this name if it is what was to be created: the cache just lags behind. */
    private Optional<ReplicaSet> existing(Rollout rollout, ReplicaSet wanted) {
        Deployment deployment = rollout.deployment();
        ReplicaSet present = replicaSets.get(ObjectKey.of(wanted));
        if (OwnerReferences.isControlledBy(present, deployment)
                && Rollout.withoutHash(present.getSpec().getTemplate())
                        .equals(Rollout.withoutHash(deployment.getSpec().getTemplate()))) {
            return Optional.of(present);
        }
        statuses.countCollision(rollout);
        return Optional.empty();
    }

    private void createFailed(Rollout rollout, ReplicaSet wanted, ApiException e) {
        String message =
                "Failed to create new replica set \"" + wanted.getMetadata().getName() + "\": " + e.getMessage();
        statuses.createFailed(rollout, message);
        events.warning(
                ObjectReferences.to(ResourceTypes.DEPLOYMENTS, rollout.deployment()), "ReplicaSetCreateError", message);
    }

    private static ReplicaSet newReplicaSet(Rollout rollout, long revision) {
        Deployment deployment = rollout.deployment();
        int collisions = deployment.getStatus() == null
                ? 0
                : Counts.orZero(deployment.getStatus().getCollisionCount());
        PodTemplateSpec template = deployment.getSpec().getTemplate();
        String hash = TemplateHash.of(Rollout.withoutHash(template), collisions);
        Map<String, String> labels = withHash(template.getMetadata().getLabels(), hash);
        int replicas = Scaling.sizeOfNew(rollout, 0);
        Map<String, String> annotations = Annotations.withSize(
                Annotations.ofNewest(deployment, Map.of(), revision),
                rollout.size(),
                rollout.size() + rollout.limits().maxSurge());
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withNamespace(deployment.getMetadata().getNamespace())
                .withName(deployment.getMetadata().getName() + "-" + hash)
                .withLabels(labels)
                .withAnnotations(annotations)
                .withOwnerReferences(
                        List.of(OwnerReferences.controllerReference(ResourceTypes.DEPLOYMENTS, deployment)))
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withMinReadySeconds(
                        Counts.omitZero(Counts.orZero(deployment.getSpec().getMinReadySeconds())))
                .withSelector(withHash(deployment.getSpec().getSelector(), hash))
                .withTemplate(new PodTemplateSpecBuilder(template)
                        .editMetadata()
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .endSpec()
                .build();
    }

    private static LabelSelector withHash(LabelSelector selector, String hash) {
        return new LabelSelectorBuilder(selector)
                .withMatchLabels(withHash(selector.getMatchLabels(), hash))
                .build();
    }

    private static Map<String, String> withHash(
            @org.jspecify.annotations.Nullable Map<String, String> labels, String hash) {
        Map<String, String> next = labels == null ? new LinkedHashMap<>() : new LinkedHashMap<>(labels);
        next.put(Rollout.POD_TEMPLATE_HASH, hash);
        return next;
    }
}
