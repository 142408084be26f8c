package io.flotilla.controllermanager.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When each node was last seen to live: when its Lease or its status last changed, by this process's own monotonic clock.
 * The times that nodes write are never compared with a clock. Confined to one thread.
 */
final class Heartbeats {
    private static final class Seen {
        private @Nullable Object renewTime;
        private @Nullable NodeStatus status;
        private long at;
    }

    private final LongSupplier nanoTime;
    private final Map<String, Seen> nodes = new HashMap<>();

    Heartbeats(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Takes note of the node; returns how long ago it last gave a sign of life. A node never seen before counts as new. */
    Duration sinceLast(Node node, Optional<Lease> lease) {
        long now = nanoTime.getAsLong();
        Seen seen = nodes.get(node.getMetadata().getName());
        boolean first = seen == null;
        if (seen == null) {
            seen = new Seen();
            nodes.put(node.getMetadata().getName(), seen);
        }
        Object renewTime =
                lease.map(found -> (Object) found.getSpec().getRenewTime()).orElse(null);
        boolean alive = first
                || (renewTime != null && !renewTime.equals(seen.renewTime))
                || !Objects.equals(seen.status, node.getStatus());
        if (alive) {
            seen.at = now;
        }
        seen.renewTime = renewTime == null ? seen.renewTime : renewTime;
        seen.status = node.getStatus();
        return Duration.ofNanos(now - seen.at);
    }

    /** This process itself wrote the status: that is no sign of life. */
    void wrote(Node node) {
        Seen seen = nodes.get(node.getMetadata().getName());
        if (seen != null) {
            seen.status = node.getStatus();
        }
    }

    /** Forgets the nodes that are not among these; returns their names. */
    Set<String> keepOnly(Set<String> names) {
        Set<String> gone = new java.util.HashSet<>(nodes.keySet());
        gone.removeAll(names);
        gone.forEach(nodes::remove);
        return gone;
    }

    boolean knows(String name) {
        return nodes.containsKey(name);
    }
}
