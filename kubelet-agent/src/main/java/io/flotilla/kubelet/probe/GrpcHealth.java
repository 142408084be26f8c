package io.flotilla.kubelet.probe;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks a server by the gRPC health checking protocol. */
final class GrpcHealth {
    private GrpcHealth() {}

    static Outcome check(String host, int port, String service, Duration timeout) {
        String address = host + ":" + port;
        ManagedChannel channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .userAgent("kube-probe/1.36")
                .build();
        try {
            HealthCheckResponse.ServingStatus status = HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .check(HealthCheckRequest.newBuilder().setService(service).build())
                    .getStatus();
            return status == HealthCheckResponse.ServingStatus.SERVING
                    ? new Outcome.Success()
                    : new Outcome.Failure("service unhealthy (responded with \"" + status + "\")");
        } catch (StatusRuntimeException e) {
            return new Outcome.Failure(text(e.getStatus(), address, timeout));
        } finally {
            channel.shutdownNow();
        }
    }

    private static String text(Status status, String address, Duration timeout) {
        return switch (status.getCode()) {
            case UNIMPLEMENTED ->
                "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): "
                        + status.getDescription();
            case DEADLINE_EXCEEDED -> "timeout: health rpc did not complete within " + timeout.toSeconds() + "s";
            case UNAVAILABLE ->
                "error: failed to connect service \"" + address + "\" within " + timeout.toSeconds()
                        + "s: connection refused";
            default -> "error: health rpc probe failed: " + status.getDescription();
        };
    }
}
