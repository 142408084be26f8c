package io.flotilla.controllermanager.garbagecollector;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.flotilla.controllermanager.garbagecollector.GraphNode.Identity;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.scheme.ResourceType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides what becomes of one object, by reading it and its owners anew: the graph only says where to look. */
final class Collector {
    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
    private static final int REMEMBERED = 500;

    private final Graph graph;
    private final LiveObjects objects;
    private final Consumer<String> again;

    /** Owners found absent, so that a thousand dependents of one cost one read. An absent UID never comes back. */
    private final Set<Identity> absent = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Identity, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    }));

    private enum OwnerState {
        SOLID,
        DANGLING,
        WAITING
    }

    /**
     * Makes a collector.
     *
     * @param again asks for another look at an object
     */
    Collector(Graph graph, LiveObjects objects, Consumer<String> again) {
        this.graph = graph;
        this.objects = objects;
        this.again = again;
    }

    /** Looks at an object and deletes it where no owner keeps it. */
    void look(String uid) {
        Optional<Graph.View> found = graph.view(uid);
        if (found.isEmpty()) {
            return;
        }
        Graph.View view = found.get();
        if (view.deleting() && !view.deletingDependents()) {
            return;
        }
        Optional<PartialObjectMetadata> read = objects.get(view.identity());
        if (read.isEmpty()) {
            absent.add(view.identity());
            graph.gone(uid);
            return;
        }
        if (view.deletingDependents()) {
            deleteDependentsFirst(view);
            return;
        }
        PartialObjectMetadata live = read.get();
        if (!live.getMetadata().getOwnerReferences().isEmpty()) {
            judge(view, live);
        }
    }

    private void deleteDependentsFirst(Graph.View view) {
        List<Graph.Dependent> blocking = view.blocking();
        if (blocking.isEmpty()) {
            objects.removeFinalizer(view.identity(), GraphNode.FOREGROUND);
            return;
        }
        for (Graph.Dependent dependent : blocking) {
            if (!dependent.deletingDependents()) {
                again.accept(dependent.identity().uid());
            }
        }
    }

    private void judge(Graph.View view, PartialObjectMetadata live) {
        Map<OwnerState, List<OwnerReference>> owners = live.getMetadata().getOwnerReferences().stream()
                .collect(Collectors.groupingBy(reference -> state(view.identity(), reference)));
        List<OwnerReference> dangling = owners.getOrDefault(OwnerState.DANGLING, List.of());
        List<OwnerReference> waiting = owners.getOrDefault(OwnerState.WAITING, List.of());
        if (owners.containsKey(OwnerState.SOLID)) {
            List<String> useless = new ArrayList<>();
            dangling.forEach(reference -> useless.add(reference.getUid()));
            waiting.forEach(reference -> useless.add(reference.getUid()));
            if (!useless.isEmpty()) {
                objects.removeOwners(view.identity(), reference -> useless.contains(reference.getUid()));
            }
            return;
        }
        if (!waiting.isEmpty() && !view.dependents().isEmpty()) {
            // An owner waits for this object, and this one has dependents of its own: they go first. Where one of them
            // waits as well there may be a circle, which opens only where nobody blocks.
            if (view.dependents().stream().anyMatch(Graph.Dependent::deletingDependents)) {
                objects.unblockOwners(view.identity(), live);
                objects.get(view.identity()).ifPresent(fresh -> delete(view.identity(), fresh, "Foreground"));
                return;
            }
            delete(view.identity(), live, "Foreground");
            return;
        }
        delete(view.identity(), live, propagation(live));
    }

    /** The object's finalizers tell how its last deletion was asked for; it keeps to that. */
    private static String propagation(PartialObjectMetadata live) {
        List<String> finalizers = live.getMetadata().getFinalizers();
        if (finalizers.contains(GraphNode.ORPHAN)) {
            return "Orphan";
        }
        return finalizers.contains(GraphNode.FOREGROUND) ? "Foreground" : "Background";
    }

    private void delete(Identity identity, PartialObjectMetadata live, String propagation) {
        LOG.debug("Deleting {} ({})", identity, propagation);
        objects.delete(identity, live, propagation);
    }

    private OwnerState state(Identity dependent, OwnerReference reference) {
        ResourceType<?> type = objects.typeOf(reference.getApiVersion(), reference.getKind());
        if (type.namespaced() && dependent.namespace().isEmpty()) {
            throw new InvalidOwnerException("cluster-scoped " + dependent + " cannot be owned by the namespaced "
                    + reference.getKind() + " " + reference.getName());
        }
        Identity owner = new Identity(
                reference.getApiVersion(),
                reference.getKind(),
                type.namespaced() ? dependent.namespace() : "",
                reference.getName(),
                reference.getUid());
        if (absent.contains(owner)) {
            return OwnerState.DANGLING;
        }
        Optional<PartialObjectMetadata> live = objects.get(owner);
        if (live.isEmpty()) {
            absent.add(owner);
            return OwnerState.DANGLING;
        }
        boolean waits = live.get().getMetadata().getDeletionTimestamp() != null
                && live.get().getMetadata().getFinalizers().contains(GraphNode.FOREGROUND);
        return waits ? OwnerState.WAITING : OwnerState.SOLID;
    }

    /** A reference that can never be right: trying again is pointless. */
    static final class InvalidOwnerException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InvalidOwnerException(String message) {
            super(message);
        }
    }

    /** Lets go of the dependents of an object that is being deleted without them, and then of the object. */
    void orphan(String uid) {
        Optional<Graph.View> found = graph.view(uid);
        if (found.isEmpty() || found.get().virtual()) {
            return;
        }
        Optional<ApiException> failure = Optional.empty();
        for (Graph.Dependent dependent : found.get().dependents()) {
            try {
                objects.removeOwners(
                        dependent.identity(), reference -> reference.getUid().equals(uid));
            } catch (ApiException e) {
                failure = Optional.of(e);
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        objects.removeFinalizer(found.get().identity(), GraphNode.ORPHAN);
    }
}
