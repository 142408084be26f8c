package io.flotilla.apiserver.tracing;

import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.request.User;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/**
 * Records what requests do, as spans. Work belongs to the request that the calling thread serves; work of other threads is
 * not recorded. Safe from any thread; never fails because of a collector.
 */
public interface Tracing extends AutoCloseable {
    /** Records nothing, and costs nothing. */
    Tracing OFF = new Off();

    /** A piece of work of this thread. Closed by the thread that started it, the latest first. */
    @FunctionalInterface
    interface Work extends AutoCloseable {
        Work UNTOLD = () -> {};

        @Override
        void close();
    }

    /** The work of a request. Closing ends what its thread does for it; the request itself may last longer. */
    interface Request extends Work {
        /** It has been answered. */
        void end(int code, long bytes);
    }

    /**
     * A request whose sender is known.
     *
     * @param received when it came in, as {@link #now} told it
     * @param uri path and query as the client wrote them
     * @param headers the first header of a name, empty if there is none
     * @param user who sent it, whomever he acts as
     */
    record Incoming(
            Instant received,
            String method,
            String path,
            String uri,
            UnaryOperator<String> headers,
            SocketAddress client,
            String auditId,
            User user,
            Attributes asked) {}

    boolean isOn();

    /** The time at which a request comes in. */
    Instant now();

    /** Begins a request, to which the work of this thread belongs until it is closed. */
    Request begin(Incoming incoming);

    /** Begins a part of what this thread does. */
    Work start(String name);

    /** As {@link #start}, with one thing to tell about it. */
    Work start(String name, String attribute, String value);

    /** The current work as the header {@code traceparent} tells others of it; empty if it is not recorded. */
    String traceparent();

    /** The work as part of what this thread does now, whichever thread does it. */
    <T> Callable<T> carried(Callable<T> work);

    /** The current work has failed. */
    void failed(RuntimeException failure);

    /** Sends what has not been sent, if that takes no longer than a moment. */
    @Override
    void close();
}
