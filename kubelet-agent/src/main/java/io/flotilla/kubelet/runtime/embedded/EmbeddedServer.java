package io.flotilla.kubelet.runtime.embedded;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A runtime as gRPC services within this process; each call runs on a virtual thread of its own. */
public final class EmbeddedServer implements AutoCloseable {

    private final Server server;
    private final ManagedChannel channel;
    private final ExecutorService calls;
    private final LifecycleEvents events;

    private EmbeddedServer(Server server, ManagedChannel channel, ExecutorService calls, LifecycleEvents events) {
        this.server = server;
        this.channel = channel;
        this.calls = calls;
        this.events = events;
    }

    public static EmbeddedServer start(
            PodRuntime runtime, Images images, Sessions sessions, LifecycleEvents events, InstantSource clock)
            throws IOException {
        ExecutorService calls = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("runtime-call-", 0).factory());
        String name = InProcessServerBuilder.generateName();
        Server server = InProcessServerBuilder.forName(name)
                .executor(calls)
                .intercept(new EarlyHeaders())
                .addService(new RuntimeServiceOverGrpc(runtime, events, clock))
                .addService(new ImageServiceOverGrpc(images))
                .addService(new StreamingOverGrpc(sessions, calls))
                .build()
                .start();
        ManagedChannel channel =
                InProcessChannelBuilder.forName(name).executor(calls).build();
        return new EmbeddedServer(server, channel, calls, events);
    }

    public Channel channel() {
        return channel;
    }

    @Override
    public void close() {
        events.closeAll();
        channel.shutdownNow();
        server.shutdownNow();
        calls.shutdownNow();
    }
}
