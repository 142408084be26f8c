package io.flotilla.kubelet.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.proto.cri.RuntimeServiceGrpc;
import io.flotilla.proto.cri.VersionRequest;
import io.flotilla.proto.cri.VersionResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketRuntimeTest {

    @TempDir
    Path directory;

    @Test
    void aRuntimeBehindAUnixSocketAnswers() throws Exception {
        Path socket = directory.resolve("cri.sock");
        try (var loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory())) {
            Server server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                    .channelType(NioServerDomainSocketChannel.class)
                    .bossEventLoopGroup(loop)
                    .workerEventLoopGroup(loop)
                    .addService(new RuntimeServiceGrpc.RuntimeServiceImplBase() {
                        @Override
                        public void version(VersionRequest request, StreamObserver<VersionResponse> observer) {
                            observer.onNext(VersionResponse.newBuilder()
                                    .setRuntimeName("containerd")
                                    .build());
                            observer.onCompleted();
                        }
                    })
                    .build()
                    .start();
            try (ContainerRuntime runtime =
                    ContainerRuntimes.open(RuntimeEndpoint.parse("unix://" + socket), directory)) {
                var version = RuntimeServiceGrpc.newBlockingStub(runtime.channel())
                        .withDeadlineAfter(120, TimeUnit.SECONDS)
                        .version(VersionRequest.getDefaultInstance());
                assertThat(version.getRuntimeName()).isEqualTo("containerd");
                assertThat(runtime.streams()).isFalse();
            }
            server.shutdown().awaitTermination();
        }
    }
}
