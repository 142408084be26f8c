package io.flotilla.machinery.client;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.flotilla.machinery.object.ObjectJson;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;

/** The one place where gRPC's errors become the client's. */
final class GrpcErrors {
    static final Metadata.Key<byte[]> STATUS = Metadata.Key.of("flotilla-status-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private GrpcErrors() {}

    /** Says whether the server did not answer, as against answered with an error. */
    static boolean serverIsGone(StatusRuntimeException e) {
        if (e.getTrailers() != null && e.getTrailers().containsKey(STATUS)) {
            return false;
        }
        Status.Code code = e.getStatus().getCode();
        return code == Status.Code.UNAVAILABLE
                || code == Status.Code.DEADLINE_EXCEEDED
                || code == Status.Code.CANCELLED
                || (code == Status.Code.UNKNOWN && e.getStatus().getCause() instanceof IOException);
    }

    static ApiException translate(StatusRuntimeException e) {
        byte[] json = e.getTrailers() == null ? null : e.getTrailers().get(STATUS);
        if (json != null) {
            return new ApiException.Refused(ObjectJson.read(json, io.fabric8.kubernetes.api.model.Status.class), e);
        }
        if (serverIsGone(e)) {
            return new ApiException.Unanswered(String.valueOf(e.getStatus().getDescription()), e);
        }
        return new ApiException.Refused(
                new StatusBuilder()
                        .withStatus("Failure")
                        .withReason("InternalError")
                        .withCode(500)
                        .withMessage(e.getStatus().toString())
                        .build(),
                e);
    }
}
