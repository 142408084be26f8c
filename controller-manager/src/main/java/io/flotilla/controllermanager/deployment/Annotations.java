package io.flotilla.controllermanager.deployment;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The annotations by which a Deployment keeps its history in its ReplicaSets. */
final class Annotations {
    static final String REVISION = "deployment.kubernetes.io/revision";
    private static final String REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
    private static final String DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
    private static final String MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";
    private static final int HISTORY_CHARACTERS = 2000;

    /** What a Deployment's annotations say of the Deployment itself and not of its replica sets. */
    private static final Set<String> NOT_COPIED = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            REVISION,
            REVISION_HISTORY,
            DESIRED_REPLICAS,
            MAX_REPLICAS,
            "deprecated.deployment.rollback.to");

    private Annotations() {}

    static Map<String, String> of(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    /** Returns the revision, 0 where there is none. */
    static long revision(HasMetadata object) {
        try {
            return Long.parseLong(of(object).getOrDefault(REVISION, "0"));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    static OptionalInt desiredReplicas(ReplicaSet replicaSet) {
        return number(replicaSet, DESIRED_REPLICAS);
    }

    static OptionalInt maxReplicas(ReplicaSet replicaSet) {
        return number(replicaSet, MAX_REPLICAS);
    }

    private static OptionalInt number(ReplicaSet replicaSet, String name) {
        try {
            return Optional.ofNullable(of(replicaSet).get(name)).stream()
                    .mapToInt(Integer::parseInt)
                    .findFirst();
        } catch (NumberFormatException _) {
            return OptionalInt.empty();
        }
    }

    /** Returns the annotations with the Deployment's size noted, which proportional scaling needs later. */
    static Map<String, String> withSize(Map<String, String> annotations, int desired, int max) {
        Map<String, String> next = new LinkedHashMap<>(annotations);
        next.put(DESIRED_REPLICAS, Integer.toString(desired));
        next.put(MAX_REPLICAS, Integer.toString(max));
        return next;
    }

    /** Returns the annotations that the newest replica set should have besides its size. */
    static Map<String, String> ofNewest(Deployment deployment, Map<String, String> present, long revision) {
        Map<String, String> next = new LinkedHashMap<>(present);
        of(deployment).forEach((name, value) -> {
            if (!NOT_COPIED.contains(name)) {
                next.put(name, value);
            }
        });
        String before = present.get(REVISION);
        if (before == null) {
            next.put(REVISION, Long.toString(revision));
        } else if (parse(before) < revision) {
            next.put(REVISION, Long.toString(revision));
            next.put(REVISION_HISTORY, extended(present.getOrDefault(REVISION_HISTORY, ""), before));
        }
        return next;
    }

    private static long parse(String revision) {
        try {
            return Long.parseLong(revision);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private static String extended(String history, String revision) {
        if (history.isEmpty()) {
            return revision;
        }
        Deque<String> revisions = new ArrayDeque<>(Arrays.asList(history.split(",")));
        revisions.add(revision);
        while (revisions.size() > 1 && String.join(",", revisions).length() > HISTORY_CHARACTERS) {
            revisions.removeFirst();
        }
        return String.join(",", revisions);
    }
}
