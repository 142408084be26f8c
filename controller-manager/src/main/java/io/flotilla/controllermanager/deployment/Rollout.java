package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.flotilla.controllermanager.controller.Counts;
import io.flotilla.controllermanager.controller.Times;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A Deployment and its replica sets while one reconcile works on them: holds the newest known state of each. Confined to
 * one thread.
 */
final class Rollout {
    static final String POD_TEMPLATE_HASH = "pod-template-hash";

    static final Comparator<ReplicaSet> OLDEST_FIRST = Comparator.comparing((ReplicaSet replicaSet) ->
                    Times.parse(replicaSet.getMetadata().getCreationTimestamp()))
            .thenComparing(replicaSet -> replicaSet.getMetadata().getName());

    private Deployment deployment;
    private List<DeploymentCondition> conditions;
    private final List<ReplicaSet> old;
    private Optional<ReplicaSet> newest;

    Rollout(Deployment deployment, List<ReplicaSet> replicaSets) {
        this.deployment = deployment;
        this.conditions = new ArrayList<>(
                deployment.getStatus() == null
                        ? List.of()
                        : deployment.getStatus().getConditions());
        this.old = new ArrayList<>(replicaSets);
        this.old.sort(OLDEST_FIRST);
        PodTemplateSpec wanted = withoutHash(deployment.getSpec().getTemplate());
        // With several of one template, the oldest is the newest: any rule would do that always picks the same.
        this.newest = old.stream()
                .filter(replicaSet ->
                        withoutHash(replicaSet.getSpec().getTemplate()).equals(wanted))
                .findFirst();
        newest.ifPresent(old::remove);
    }

    /** Returns the template as a user wrote it, to compare it by. */
    static PodTemplateSpec withoutHash(PodTemplateSpec template) {
        Map<String, String> labels = new TreeMap<>();
        if (template.getMetadata() != null && template.getMetadata().getLabels() != null) {
            labels.putAll(template.getMetadata().getLabels());
        }
        labels.remove(POD_TEMPLATE_HASH);
        return new PodTemplateSpecBuilder()
                .withNewMetadataLike(template.getMetadata())
                .withLabels(labels)
                .endMetadata()
                .withSpec(template.getSpec())
                .build();
    }

    Deployment deployment() {
        return deployment;
    }

    /** The Deployment has been written; its conditions to be are kept. */
    void deployment(Deployment written) {
        deployment = written;
    }

    /** Returns the conditions that the status will have; may be changed. */
    List<DeploymentCondition> conditions() {
        return conditions;
    }

    /** Returns the replica set of the present template. */
    Optional<ReplicaSet> newest() {
        return newest;
    }

    void newest(ReplicaSet replicaSet) {
        newest = Optional.of(replicaSet);
    }

    /** Returns the others, oldest first. */
    List<ReplicaSet> old() {
        return List.copyOf(old);
    }

    List<ReplicaSet> all() {
        List<ReplicaSet> all = new ArrayList<>(old);
        newest.ifPresent(all::add);
        return all;
    }

    /** A replica set has been written. */
    void replace(ReplicaSet written) {
        String uid = written.getMetadata().getUid();
        if (newest.filter(present -> present.getMetadata().getUid().equals(uid)).isPresent()) {
            newest = Optional.of(written);
        } else {
            old.replaceAll(present -> present.getMetadata().getUid().equals(uid) ? written : present);
        }
    }

    int size() {
        return Counts.orZero(deployment.getSpec().getReplicas());
    }

    Limits limits() {
        return Limits.of(deployment);
    }

    static int replicas(ReplicaSet replicaSet) {
        return Counts.orZero(replicaSet.getSpec().getReplicas());
    }

    static int replicas(List<ReplicaSet> replicaSets) {
        return replicaSets.stream().mapToInt(Rollout::replicas).sum();
    }

    static int available(ReplicaSet replicaSet) {
        return replicaSet.getStatus() == null
                ? 0
                : Counts.orZero(replicaSet.getStatus().getAvailableReplicas());
    }

    static int available(List<ReplicaSet> replicaSets) {
        return replicaSets.stream().mapToInt(Rollout::available).sum();
    }

    static List<ReplicaSet> active(List<ReplicaSet> replicaSets) {
        return replicaSets.stream()
                .filter(replicaSet -> replicas(replicaSet) > 0)
                .toList();
    }
}
