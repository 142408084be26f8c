package io.flotilla.machinery.client;

import io.grpc.ManagedChannel;
import java.util.List;

/**
 * The API servers of a cluster and the one connection in use. When a call finds its server gone, the pool moves on to
 * the next; calls that still run on the old connection end with it.
 */
final class ServerPool implements AutoCloseable {
    /** Opens a connection lazily: nothing is sent before the first call. */
    interface ChannelFactory {
        ManagedChannel open(String server);
    }

    /** A connection; its identity tells whether it is still the one in use. */
    static final class Connection {
        private final int index;
        private final String server;
        private final ManagedChannel channel;

        private Connection(int index, String server, ManagedChannel channel) {
            this.index = index;
            this.server = server;
            this.channel = channel;
        }

        String server() {
            return server;
        }

        ManagedChannel channel() {
            return channel;
        }
    }

    private final List<String> servers;
    private final ChannelFactory channels;
    private final Object lock = new Object();
    private Connection current; // guarded by lock
    private boolean closed; // guarded by lock

    ServerPool(List<String> servers, ChannelFactory channels, int first) {
        this.servers = servers;
        this.channels = channels;
        this.current = connection(first);
    }

    Connection current() {
        synchronized (lock) {
            if (closed) {
                throw new ApiException.Unanswered("the client is closed", null);
            }
            return current;
        }
    }

    /** Leaves a connection on which a call failed, unless another call did so before. */
    void abandon(Connection failed) {
        synchronized (lock) {
            if (closed || current != failed) {
                return;
            }
            current = connection((failed.index + 1) % servers.size());
        }
        failed.channel.shutdown();
    }

    /** Another pool of the same servers, with a connection of its own, which is opened when it is needed. */
    ServerPool another() {
        return new ServerPool(servers, channels, current().index);
    }

    int size() {
        return servers.size();
    }

    private Connection connection(int index) {
        return new Connection(index, servers.get(index), channels.open(servers.get(index)));
    }

    @Override
    public void close() {
        Connection last;
        synchronized (lock) {
            closed = true;
            last = current;
        }
        last.channel().shutdownNow();
    }
}
