package io.flotilla.kubelet.serving;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Joins a stream from an API server to one of the runtime. A message is asked of one side when the other can take it, so
 * that whoever is slow slows down whoever is fast, and nothing piles up here.
 *
 * @param <I> input from the API server
 * @param <R> input for the runtime
 * @param <O> output, the same on both sides
 */
final class Bridge<I, R, O> {
    private final ServerCallStreamObserver<O> outside;
    private final Function<I, R> first;
    private final Function<I, R> later;
    private final Consumer<ClientResponseObserver<R, O>> opening;
    private final Object lock = new Object();
    // All below are guarded by lock.
    private @Nullable ClientCallStreamObserver<R> inside;
    private boolean begun;
    private boolean started;
    private boolean asked = true;
    private boolean owed;
    private boolean inputOver;
    private boolean over;

    private Bridge(
            ServerCallStreamObserver<O> outside,
            Function<I, R> first,
            Function<I, R> later,
            Consumer<ClientResponseObserver<R, O>> opening) {
        this.outside = outside;
        this.first = first;
        this.later = later;
        this.opening = opening;
    }

    /**
     * Begins to bridge; returns the observer of the API server's input.
     *
     * @param first turns the start into the runtime's; may block, and fail with a StatusRuntimeException
     * @param later turns all other input
     * @param opening opens the runtime's stream
     */
    static <I, R, O> StreamObserver<I> open(
            StreamObserver<O> responses,
            Function<I, R> first,
            Function<I, R> later,
            Consumer<ClientResponseObserver<R, O>> opening) {
        ServerCallStreamObserver<O> outside = (ServerCallStreamObserver<O>) responses;
        Bridge<I, R, O> bridge = new Bridge<>(outside, first, later, opening);
        outside.disableAutoRequest();
        outside.setOnCancelHandler(bridge::cut);
        outside.setOnReadyHandler(bridge::askOutput);
        outside.request(1);
        return bridge.new Input();
    }

    private final class Input implements StreamObserver<I> {
        @Override
        public void onNext(I message) {
            synchronized (lock) {
                asked = false;
                if (begun) {
                    if (inside != null && started && !over) {
                        inside.onNext(later.apply(message));
                    }
                    askInput();
                    return;
                }
                begun = true;
            }
            Thread.ofVirtual().name("session").start(() -> begin(message));
        }

        @Override
        public void onError(Throwable failure) {
            cut();
        }

        @Override
        public void onCompleted() {
            synchronized (lock) {
                inputOver = true;
                if (inside != null && started && !over) {
                    inside.onCompleted();
                }
            }
        }
    }

    private final class Output implements ClientResponseObserver<R, O> {
        @Override
        public void beforeStart(ClientCallStreamObserver<R> stream) {
            synchronized (lock) {
                inside = stream;
            }
            stream.disableAutoRequestWithInitial(1);
            stream.setOnReadyHandler(() -> {
                synchronized (lock) {
                    askInput();
                }
            });
        }

        @Override
        public void onNext(O message) {
            outside.onNext(message);
            synchronized (lock) {
                owed = true;
            }
            askOutput();
        }

        @Override
        public void onError(Throwable failure) {
            fail(Status.fromThrowable(failure).asRuntimeException());
        }

        @Override
        public void onCompleted() {
            synchronized (lock) {
                if (over) {
                    return;
                }
                over = true;
            }
            outside.onCompleted();
        }
    }

    private void begin(I message) {
        try {
            R start = first.apply(message);
            opening.accept(new Output());
            synchronized (lock) {
                if (inside == null || over) {
                    return;
                }
                started = true;
                inside.onNext(start);
                if (inputOver) {
                    inside.onCompleted();
                }
                askInput();
            }
        } catch (StatusRuntimeException e) {
            fail(e);
        } catch (RuntimeException e) {
            fail(Status.INTERNAL
                    .withDescription(String.valueOf(e.getMessage()))
                    .withCause(e)
                    .asRuntimeException());
        }
    }

    /** Asks for the next input if the runtime can take it; called under the lock. */
    private void askInput() {
        if (!asked && !over && !inputOver && started && inside != null && inside.isReady()) {
            asked = true;
            outside.request(1);
        }
    }

    private void askOutput() {
        ClientCallStreamObserver<R> stream;
        synchronized (lock) {
            if (!owed || over || inside == null || !outside.isReady()) {
                return;
            }
            owed = false;
            stream = inside;
        }
        stream.request(1);
    }

    private void cut() {
        ClientCallStreamObserver<R> stream;
        synchronized (lock) {
            over = true;
            stream = inside;
        }
        if (stream != null) {
            stream.cancel("the caller has gone", null);
        }
    }

    private void fail(StatusRuntimeException failure) {
        synchronized (lock) {
            if (over) {
                return;
            }
            over = true;
        }
        outside.onError(failure);
    }
}
