package io.flotilla.apiserver.storage;

import com.google.common.util.concurrent.ListenableFuture;
import io.etcd.jetcd.api.WatchGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls to etcd over one channel. The thread of the connection reads what etcd answers and wakes the caller once, when
 * all of it is there; a blocking stub wakes it for the head, the message and the end, and a deadline of the call's own
 * is a task of that thread and a timer in etcd. Time is up here instead, and the call is cancelled then.
 */
final class EtcdCalls implements AutoCloseable {
    private static final CallOptions OPTIONS = CallOptions.DEFAULT.withExecutor(Runnable::run);

    private final ManagedChannel channel;

    EtcdCalls(ManagedChannel channel) {
        this.channel = channel;
    }

    /**
     * Asks and waits.
     *
     * @throws StatusRuntimeException what etcd or the connection said, DEADLINE_EXCEEDED after so many milliseconds, or
     *     CANCELLED if the thread is interrupted
     */
    <Q, A> A ask(MethodDescriptor<Q, A> method, Q request, long millis) {
        ListenableFuture<A> answer = ClientCalls.futureUnaryCall(channel.newCall(method, OPTIONS), request);
        try {
            return answer.get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Status.fromThrowable(e.getCause()).asRuntimeException();
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw Status.DEADLINE_EXCEEDED.asRuntimeException();
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw Status.CANCELLED.withDescription("Thread interrupted").asRuntimeException();
        }
    }

    /** The stub of watches; their observers are called by the thread of the connection and must not wait. */
    WatchGrpc.WatchStub watches() {
        return WatchGrpc.newStub(channel).withExecutor(Runnable::run);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
