package io.flotilla.deploy.balancer;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** One API server: whether it is ready, and the connections that are spliced to it. Used on the balancer's event loop only. */
final class Backend {
    private final InetSocketAddress address;
    private final Set<Channel> connections = new HashSet<>();
    private boolean ready;
    private boolean wasReady;
    private long notReadySinceNanos;
    private final LongSupplier nanoTime;

    Backend(InetSocketAddress address, LongSupplier nanoTime) {
        this.address = address;
        this.nanoTime = nanoTime;
    }

    InetSocketAddress address() {
        return address;
    }

    boolean isReady() {
        return ready;
    }

    int load() {
        return connections.size();
    }

    void add(Channel connection) {
        connections.add(connection);
    }

    void remove(Channel connection) {
        connections.remove(connection);
    }

    /** Changes whether it is ready; returns whether that is news. */
    boolean setReady(boolean now) {
        var news = ready != now;
        ready = now;
        wasReady |= now;
        if (news && !now) {
            notReadySinceNanos = nanoTime.getAsLong();
        }
        return news;
    }

    /** For how long it has no longer been ready; 0 for one that is yet to be. */
    long notReadyNanos() {
        return ready || !wasReady ? 0 : nanoTime.getAsLong() - notReadySinceNanos;
    }

    void closeConnections() {
        for (var connection : List.copyOf(connections)) {
            var _ = connection.close();
        }
    }

    @Override
    public String toString() {
        return address.getHostString() + ":" + address.getPort();
    }
}
