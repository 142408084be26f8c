package io.flotilla.kubelet.runtime.embedded;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;

/**
 * The outgoing half of a stream for blocking writers: one message at a time, waiting while the transport is full, and
 * dropping everything once the client is gone.
 */
final class PacedOutput<T> {

    private final ServerCallStreamObserver<T> observer;
    private final List<Runnable> whenCut = new ArrayList<>();
    // Guarded by this.
    private boolean cut;
    private boolean ended;

    PacedOutput(ServerCallStreamObserver<T> observer) {
        this.observer = observer;
        observer.setOnReadyHandler(this::wake);
        observer.setOnCancelHandler(this::cut);
    }

    synchronized void send(T message) throws InterruptedException {
        while (!observer.isReady() && !cut && !ended) {
            wait();
        }
        if (!cut && !ended) {
            observer.onNext(message);
        }
    }

    /** Sends without waiting and ends the stream. */
    synchronized void end(T last) {
        if (!cut && !ended) {
            ended = true;
            observer.onNext(last);
            observer.onCompleted();
        }
    }

    synchronized void fail(RuntimeException failure) {
        if (!cut && !ended) {
            ended = true;
            observer.onError(Calls.translate(failure));
        }
    }

    synchronized boolean over() {
        return cut || ended;
    }

    /** Runs the action when the client goes before the end. */
    void onCut(Runnable action) {
        synchronized (this) {
            if (!cut) {
                whenCut.add(action);
                return;
            }
        }
        action.run();
    }

    private synchronized void wake() {
        notifyAll();
    }

    private void cut() {
        List<Runnable> actions;
        synchronized (this) {
            cut = true;
            actions = List.copyOf(whenCut);
            notifyAll();
        }
        actions.forEach(Runnable::run);
    }
}
