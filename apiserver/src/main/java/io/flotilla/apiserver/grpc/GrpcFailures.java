package io.flotilla.apiserver.grpc;

import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.request.StatusException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Failures as gRPC tells them: a code for those who only know gRPC, and the Kubernetes Status in a trailer. */
final class GrpcFailures {
    private static final Metadata.Key<byte[]> STATUS =
            Metadata.Key.of("flotilla-status-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private GrpcFailures() {}

    static StatusRuntimeException of(StatusException failure) {
        Metadata trailers = new Metadata();
        trailers.put(STATUS, JsonCodec.encode(failure.toStatus()));
        return code(failure).toStatus().withDescription(failure.getMessage()).asRuntimeException(trailers);
    }

    private static Status.Code code(StatusException failure) {
        return switch (failure.code()) {
            case 400, 413, 415, 422 -> Status.Code.INVALID_ARGUMENT;
            case 401 -> Status.Code.UNAUTHENTICATED;
            case 403 -> Status.Code.PERMISSION_DENIED;
            case 404 -> Status.Code.NOT_FOUND;
            case 405 -> Status.Code.UNIMPLEMENTED;
            case 409 -> failure.reason().equals("AlreadyExists") ? Status.Code.ALREADY_EXISTS : Status.Code.ABORTED;
            case 410 -> Status.Code.OUT_OF_RANGE;
            case 429 -> Status.Code.RESOURCE_EXHAUSTED;
            case 503 -> Status.Code.UNAVAILABLE;
            case 504 -> Status.Code.DEADLINE_EXCEEDED;
            default -> Status.Code.INTERNAL;
        };
    }
}
