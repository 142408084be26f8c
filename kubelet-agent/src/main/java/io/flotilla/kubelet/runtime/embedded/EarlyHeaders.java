package io.flotilla.kubelet.runtime.embedded;

import io.flotilla.proto.cri.RuntimeServiceGrpc;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Answers GetContainerEvents with headers as soon as the caller is subscribed, and not only with the first event: once it
 * has them it misses nothing, and can look for what was before.
 */
final class EarlyHeaders implements ServerInterceptor {
    private static final String EVENTS =
            RuntimeServiceGrpc.getGetContainerEventsMethod().getFullMethodName();

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (!call.getMethodDescriptor().getFullMethodName().equals(EVENTS)) {
            return next.startCall(call, headers);
        }
        var once = new HeadersOnce<>(call);
        return new SimpleForwardingServerCallListener<>(next.startCall(once, headers)) {
            @Override
            public void onHalfClose() {
                super.onHalfClose();
                once.sendHeaders(new Metadata());
            }
        };
    }

    /** Events come from other threads: whoever is first sends the headers, and no event overtakes them. */
    private static final class HeadersOnce<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private boolean sent; // guarded by this

        HeadersOnce(ServerCall<Q, R> call) {
            super(call);
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!sent) {
                sent = true;
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            sent = true;
            super.close(status, trailers);
        }
    }
}
