package io.flotilla.controllermanager.garbagecollector;

import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An object of the cluster as the collector knows it. All but the identity's record are guarded by the graph's lock.
 *
 * <p>A node is virtual while the object is known only from a reference of a dependent: it may not exist, or not have been
 * seen yet.
 */
final class GraphNode {
    static final String ORPHAN = "orphan";
    static final String FOREGROUND = "foregroundDeletion";

    /** Where an object is and of which kind, as its own metadata or a reference to it says. */
    record Identity(String apiVersion, String kind, String namespace, String name, String uid) {
        /** Says whether a reference means this object; the version of its group does not matter. */
        boolean isMeantBy(OwnerReference reference, String dependentNamespace) {
            return kind.equals(reference.getKind())
                    && name.equals(reference.getName())
                    && group(apiVersion).equals(group(reference.getApiVersion()))
                    && (namespace.isEmpty() || namespace.equals(dependentNamespace));
        }

        private static String group(String apiVersion) {
            int slash = apiVersion.indexOf('/');
            return slash < 0 ? "" : apiVersion.substring(0, slash);
        }

        @Override
        public String toString() {
            return "[" + apiVersion + "/" + kind + ", namespace: " + namespace + ", name: " + name + ", uid: " + uid
                    + "]";
        }
    }

    Identity identity;
    List<OwnerReference> owners = List.of();
    final Set<GraphNode> dependents = new LinkedHashSet<>(0);
    boolean virtual;
    boolean deleting;
    boolean deletingDependents;
    boolean orphaning;

    GraphNode(Identity identity) {
        this.identity = identity;
    }
}
