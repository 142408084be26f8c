package io.flotilla.controllermanager.garbagecollector;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.flotilla.controllermanager.garbagecollector.GraphNode.Identity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who owns whom. Fed by the informers of all resources; says which objects are worth a look. Safe from any thread: informers
 * of different resources call at once.
 */
final class Graph {
    /** Hears of what the graph wants done. Called under the graph's lock: must only note it. */
    interface Work {
        /** The object may have lost what kept it. */
        void mayDelete(String uid);

        /** The object is being deleted and its dependents are to stay. */
        void mustOrphan(String uid);

        /** A reference names an owner that is somewhere else. */
        void wrongOwner(Identity dependent, OwnerReference reference);
    }

    private final Map<String, GraphNode> nodes = new HashMap<>(); // guarded by this
    private final Work work;

    Graph(Work work) {
        this.work = work;
    }

    /** An object was seen, for the first time or changed. */
    synchronized void seen(Identity identity, ObjectMeta metadata) {
        GraphNode node = nodes.get(identity.uid());
        boolean deleting = metadata.getDeletionTimestamp() != null;
        boolean foreground = deleting && metadata.getFinalizers().contains(GraphNode.FOREGROUND);
        boolean orphan = deleting && metadata.getFinalizers().contains(GraphNode.ORPHAN);
        if (node == null) {
            node = new GraphNode(identity);
            nodes.put(identity.uid(), node);
        } else if (node.virtual) {
            becomeReal(node, identity);
        }
        List<OwnerReference> before = node.owners;
        node.owners = List.copyOf(metadata.getOwnerReferences());
        relink(node, before);
        node.deleting |= deleting;
        if (orphan && !node.orphaning) {
            work.mustOrphan(identity.uid());
        }
        node.orphaning = orphan;
        if (foreground && !node.deletingDependents) {
            node.deletingDependents = true;
            node.dependents.forEach(dependent -> work.mayDelete(dependent.identity.uid()));
            work.mayDelete(identity.uid());
        }
    }

    private void becomeReal(GraphNode node, Identity identity) {
        node.virtual = false;
        node.deleting = false;
        node.identity = identity;
        for (GraphNode dependent : node.dependents) {
            for (OwnerReference reference : dependent.owners) {
                boolean mine = reference.getUid().equals(identity.uid());
                if (mine && !identity.isMeantBy(reference, dependent.identity.namespace())) {
                    complain(dependent, reference, identity);
                    work.mayDelete(dependent.identity.uid());
                }
            }
        }
    }

    private void complain(GraphNode dependent, OwnerReference reference, Identity owner) {
        boolean elsewhere = !owner.namespace().isEmpty() && !owner.namespace().equals(dependent.identity.namespace());
        if (elsewhere || !owner.isMeantBy(reference, dependent.identity.namespace())) {
            work.wrongOwner(dependent.identity, reference);
        }
    }

    private void relink(GraphNode node, List<OwnerReference> before) {
        if (before.equals(node.owners)) {
            return;
        }
        for (OwnerReference reference : before) {
            Optional<OwnerReference> now = find(node.owners, reference.getUid());
            if (now.isEmpty()) {
                unlink(node, reference.getUid());
            } else if (blocks(reference) && !blocks(now.get())) {
                wakeIfWaiting(nodes.get(reference.getUid()));
            }
        }
        for (OwnerReference reference : node.owners) {
            if (find(before, reference.getUid()).isEmpty()) {
                link(node, reference);
            }
        }
        // A reference that went may have been the last to keep the object.
        if (!before.isEmpty()) {
            work.mayDelete(node.identity.uid());
        }
    }

    private void link(GraphNode node, OwnerReference reference) {
        GraphNode owner = nodes.get(reference.getUid());
        if (owner == null) {
            owner = new GraphNode(new Identity(
                    Objects.requireNonNullElse(reference.getApiVersion(), ""),
                    Objects.requireNonNullElse(reference.getKind(), ""),
                    node.identity.namespace(),
                    Objects.requireNonNullElse(reference.getName(), ""),
                    reference.getUid()));
            owner.virtual = true;
            nodes.put(reference.getUid(), owner);
            // Whether there is such an owner at all remains to be seen.
            work.mayDelete(reference.getUid());
        } else if (!owner.virtual && !owner.identity.isMeantBy(reference, node.identity.namespace())) {
            complain(node, reference, owner.identity);
            work.mayDelete(node.identity.uid());
        } else if (owner.virtual && owner.deleting) {
            // Known to be absent.
            work.mayDelete(node.identity.uid());
        }
        owner.dependents.add(node);
        if (owner.deletingDependents) {
            work.mayDelete(node.identity.uid());
        }
    }

    private void unlink(GraphNode node, String ownerUid) {
        GraphNode owner = nodes.get(ownerUid);
        if (owner == null) {
            return;
        }
        owner.dependents.remove(node);
        if (owner.virtual && owner.dependents.isEmpty()) {
            nodes.remove(ownerUid);
        }
        wakeIfWaiting(owner);
    }

    private void wakeIfWaiting(@Nullable GraphNode owner) {
        if (owner != null && owner.deletingDependents) {
            work.mayDelete(owner.identity.uid());
        }
    }

    /** An object is gone, or was found never to have been. */
    synchronized void gone(String uid) {
        GraphNode node = nodes.get(uid);
        if (node == null) {
            return;
        }
        for (OwnerReference reference : node.owners) {
            unlink(node, reference.getUid());
        }
        node.owners = List.of();
        node.deletingDependents = false;
        if (node.dependents.isEmpty()) {
            nodes.remove(uid);
            return;
        }
        node.virtual = true;
        node.deleting = true;
        node.dependents.forEach(dependent -> work.mayDelete(dependent.identity.uid()));
    }

    /** What a look at an object needs to know, taken at one moment. */
    record View(
            Identity identity,
            boolean virtual,
            boolean deleting,
            boolean deletingDependents,
            List<Dependent> dependents) {
        List<Dependent> blocking() {
            return dependents.stream().filter(Dependent::blocks).toList();
        }
    }

    /**
     * A dependent of the object looked at.
     *
     * @param blocks whether its reference says that the owner must outlive it
     */
    record Dependent(Identity identity, boolean blocks, boolean deletingDependents) {}

    synchronized Optional<View> view(String uid) {
        GraphNode node = nodes.get(uid);
        if (node == null) {
            return Optional.empty();
        }
        List<Dependent> dependents = new ArrayList<>(node.dependents.size());
        for (GraphNode dependent : node.dependents) {
            boolean blocks = find(dependent.owners, uid).filter(Graph::blocks).isPresent();
            dependents.add(new Dependent(dependent.identity, blocks, dependent.deletingDependents));
        }
        return Optional.of(new View(node.identity, node.virtual, node.deleting, node.deletingDependents, dependents));
    }

    /** Calls with every object of a kind: those of a resource that is no longer served have to go. */
    synchronized void forEachOf(String apiVersion, String kind, Consumer<String> action) {
        List<String> found = nodes.values().stream()
                .filter(node -> !node.virtual
                        && node.identity.kind().equals(kind)
                        && node.identity.apiVersion().equals(apiVersion))
                .map(node -> node.identity.uid())
                .toList();
        found.forEach(action);
    }

    synchronized int size() {
        return nodes.size();
    }

    private static boolean blocks(OwnerReference reference) {
        return Boolean.TRUE.equals(reference.getBlockOwnerDeletion());
    }

    private static Optional<OwnerReference> find(List<OwnerReference> references, String uid) {
        return references.stream()
                .filter(reference -> reference.getUid().equals(uid))
                .findFirst();
    }
}
