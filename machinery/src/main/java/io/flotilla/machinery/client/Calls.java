package io.flotilla.machinery.client;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Unary calls to the servers of a pool, a bounded number at once: a burst of a component's work must not become a queue
 * at the servers in which everyone's calls wait behind it.
 */
final class Calls {
    private static final int AT_ONCE = 32;

    /** An attempt at one server may take this part of the timeout, so that there is time for another server. */
    private static final int ATTEMPTS = 3;

    private static final int URGENT_ATTEMPTS = 2;

    private static final Duration PAUSE_BETWEEN_ROUNDS = Duration.ofMillis(100);

    private final ServerPool pool;
    private final Duration timeout;
    private final Duration attempt;
    private final @Nullable Semaphore turns;

    private Calls(ServerPool pool, Duration timeout, Duration attempt, @Nullable Semaphore turns) {
        this.pool = pool;
        this.timeout = timeout;
        this.attempt = attempt;
        this.turns = turns;
    }

    /** @param timeout time after which a call without an answer fails, from its turn on */
    static Calls of(ServerPool pool, Duration timeout) {
        return new Calls(pool, timeout, timeout.dividedBy(ATTEMPTS), new Semaphore(AT_ONCE, true));
    }

    /** Calls on a connection of their own that wait for no others, and may all be sent again. */
    Calls urgent(Duration ofAttempt) {
        return new Calls(pool.another(), ofAttempt.multipliedBy(URGENT_ATTEMPTS), ofAttempt, null);
    }

    ServerPool pool() {
        return pool;
    }

    /** Sends a call that may be sent again. */
    <Q, A> A read(MethodDescriptor<Q, A> method, Q request) {
        return inTurn(method, request, true);
    }

    /** Sends a call that, unless urgent, is sent again only where the first attempt cannot have reached a server. */
    <Q, A> A write(MethodDescriptor<Q, A> method, Q request) {
        return inTurn(method, request, turns == null);
    }

    private <Q, A> A inTurn(MethodDescriptor<Q, A> method, Q request, boolean repeatable) {
        if (turns == null) {
            return call(method, request, repeatable);
        }
        try {
            turns.acquire();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try {
            return call(method, request, repeatable);
        } finally {
            turns.release();
        }
    }

    private <Q, A> A call(MethodDescriptor<Q, A> method, Q request, boolean repeatable) {
        long deadline = System.nanoTime() + timeout.toNanos();
        int failures = 0;
        while (true) {
            long left = deadline - System.nanoTime();
            ServerPool.Connection connection = pool.current();
            long patience = repeatable ? Math.min(left, attempt.toNanos()) : left;
            try {
                return ClientCalls.blockingUnaryCall(
                        connection.channel(),
                        method,
                        CallOptions.DEFAULT.withDeadlineAfter(Math.max(patience, 1), TimeUnit.NANOSECONDS),
                        request);
            } catch (StatusRuntimeException e) {
                if (!GrpcErrors.serverIsGone(e)) {
                    throw GrpcErrors.translate(e);
                }
                pool.abandon(connection);
                boolean retry = repeatable || neverSent(e);
                if (!retry || deadline - System.nanoTime() <= 0) {
                    throw new ApiException.Unanswered(
                            "no answer from " + connection.server() + ": "
                                    + e.getStatus().getDescription(),
                            e);
                }
                failures++;
                if (failures % pool.size() == 0) {
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
            throw interrupted(e);
        }
    }

    private static ApiException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ApiException.Unanswered("interrupted while waiting for an API server", e);
    }
}
