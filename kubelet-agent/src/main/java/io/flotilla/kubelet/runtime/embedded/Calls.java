package io.flotilla.kubelet.runtime.embedded;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where what a runtime throws becomes a gRPC status. */
final class Calls {

    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

    private Calls() {}

    static <T> void answer(StreamObserver<T> observer, Supplier<T> call) {
        T reply;
        try {
            reply = call.get();
        } catch (RuntimeException e) {
            observer.onError(translate(e));
            return;
        }
        observer.onNext(reply);
        observer.onCompleted();
    }

    static StatusRuntimeException translate(RuntimeException failure) {
        return switch (failure) {
            case RuntimeFault fault -> fault.toGrpc();
            case StatusRuntimeException status -> status;
            default -> {
                LOG.error("A runtime call failed for a reason that it does not know", failure);
                yield Status.INTERNAL
                        .withDescription(failure.toString())
                        .withCause(failure)
                        .asRuntimeException();
            }
        };
    }
}
