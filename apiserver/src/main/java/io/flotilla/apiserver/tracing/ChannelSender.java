package io.flotilla.apiserver.tracing;

import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Sends spans to a collector through gRPC, unencrypted as Kubernetes does. What cannot be sent in time is lost. */
final class ChannelSender implements GrpcSender {
    private final ManagedChannel channel;
    private final MethodDescriptor<byte[], byte[]> method;
    private final Duration timeout;

    private ChannelSender(ManagedChannel channel, String method, Duration timeout) {
        this.channel = channel;
        this.timeout = timeout;
        this.method = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(method)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    /** Gives the exporter this sender, whatever else the class path may have. */
    record Loader(String endpoint) implements ComponentLoader {
        @Override
        public <T> Iterable<T> load(Class<T> type) {
            if (type != GrpcSenderProvider.class) {
                return List.of();
            }
            GrpcSenderProvider provider = config -> new ChannelSender(
                    Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create())
                            .build(),
                    config.getFullMethodName(),
                    config.getTimeout());
            return List.of(type.cast(provider));
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    private record Response(GrpcStatusCode getStatusCode, String getStatusDescription, byte[] getResponseMessage)
            implements GrpcResponse {}

    @Override
    public void send(MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
        // Written at once: the exporter uses its messages again.
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(message.getContentLength());
        try {
            message.writeMessage(bytes);
        } catch (IOException e) {
            onError.accept(e);
            return;
        }
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(timeout);
        ClientCalls.asyncUnaryCall(channel.newCall(method, options), bytes.toByteArray(), new StreamObserver<>() {
            private byte[] answer = new byte[0];

            @Override
            public void onNext(byte[] value) {
                answer = value;
            }

            @Override
            public void onError(Throwable failure) {
                Status status = Status.fromThrowable(failure);
                if (status.getCode() == Status.Code.UNKNOWN) {
                    onError.accept(failure);
                } else {
                    onResponse.accept(new Response(
                            GrpcStatusCode.fromValue(status.getCode().value()),
                            String.valueOf(status.getDescription()),
                            answer));
                }
            }

            @Override
            public void onCompleted() {
                onResponse.accept(new Response(GrpcStatusCode.OK, "", answer));
            }
        });
    }

    @Override
    public CompletableResultCode shutdown() {
        channel.shutdown();
        return CompletableResultCode.ofSuccess();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw Status.INTERNAL
                        .withDescription("the collector's answer breaks off")
                        .withCause(e)
                        .asRuntimeException();
            }
        }
    }
}
