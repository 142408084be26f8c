package io.flotilla.machinery.client;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The API servers of a cluster and the one connection in use. When a call finds its server gone, the pool moves on to
 * the next; calls that still run on the old connection end with it.
 */
final class ServerPool implements AutoCloseable {
    /** An attempt at one server may take this part of the request timeout, so that there is time for another server. */
    private static final int ATTEMPTS = 3;

    private static final Duration PAUSE_BETWEEN_ROUNDS = Duration.ofMillis(100);

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

        ManagedChannel channel() {
            return channel;
        }
    }

    private final List<String> servers;
    private final ChannelFactory channels;
    private final Duration requestTimeout;
    private final Object lock = new Object();
    private Connection current; // guarded by lock
    private boolean closed; // guarded by lock

    ServerPool(List<String> servers, ChannelFactory channels, int first, Duration requestTimeout) {
        this.servers = servers;
        this.channels = channels;
        this.requestTimeout = requestTimeout;
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

    /** Sends a call that may be sent again. */
    <Q, A> A read(MethodDescriptor<Q, A> method, Q request) {
        return call(method, request, true);
    }

    /** Sends a call that is sent again only where the first attempt cannot have reached a server. */
    <Q, A> A write(MethodDescriptor<Q, A> method, Q request) {
        return call(method, request, false);
    }

    private <Q, A> A call(MethodDescriptor<Q, A> method, Q request, boolean repeatable) {
        long deadline = System.nanoTime() + requestTimeout.toNanos();
        int failures = 0;
        while (true) {
            long left = deadline - System.nanoTime();
            Connection connection = current();
            long attempt = repeatable ? Math.min(left, requestTimeout.toNanos() / ATTEMPTS) : left;
            try {
                return ClientCalls.blockingUnaryCall(
                        connection.channel(),
                        method,
                        CallOptions.DEFAULT.withDeadlineAfter(Math.max(attempt, 1), TimeUnit.NANOSECONDS),
                        request);
            } catch (StatusRuntimeException e) {
                if (!GrpcErrors.serverIsGone(e)) {
                    throw GrpcErrors.translate(e);
                }
                abandon(connection);
                boolean retry = repeatable || neverSent(e);
                if (!retry || deadline - System.nanoTime() <= 0) {
                    throw new ApiException.Unanswered(
                            "no answer from " + connection.server + ": "
                                    + e.getStatus().getDescription(),
                            e);
                }
                failures++;
                if (failures % servers.size() == 0) {
                    pause();
                }
            }
        }
    }

    private static boolean neverSent(StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
            return false;
        }
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException) {
                return true;
            }
        }
        return false;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_BETWEEN_ROUNDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException.Unanswered("interrupted while waiting for an API server", e);
        }
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
