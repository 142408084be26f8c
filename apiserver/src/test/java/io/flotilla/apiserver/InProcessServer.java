package io.flotilla.apiserver;

import io.flotilla.apiserver.grpc.GrpcServer;
import io.flotilla.apiserver.rest.RestServer;
import io.flotilla.machinery.component.Durations;
import io.flotilla.machinery.component.Lifecycle;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import picocli.CommandLine;

/** The whole API server in this process, wired as the program is, on real sockets. */
public final class InProcessServer implements AutoCloseable {
    private final ApplicationContext context;

    private InProcessServer(ApplicationContext context) {
        this.context = context;
    }

    /** Starts a server with a command line. */
    public static InProcessServer start(String... args) throws Exception {
        Main main = new Main();
        new CommandLine(main)
                .registerConverter(Duration.class, Durations::parse)
                .parseArgs(args);
        ApplicationContext context = ApplicationContext.builder()
                .deduceEnvironment(false)
                .bootstrapEnvironment(false)
                .banner(false)
                .singletons(main)
                .start();
        InProcessServer server = new InProcessServer(context);
        try {
            context.getBean(Lifecycle.class).start();
        } catch (Exception e) {
            server.close();
            throw e;
        }
        return server;
    }

    /** Port of the REST API. */
    public int restPort() {
        return context.getBean(RestServer.class).port();
    }

    /** Port of the gRPC API. */
    public int grpcPort() {
        return context.getBean(GrpcServer.class).port();
    }

    /** Does nothing the second time. */
    @Override
    public synchronized void close() {
        if (!context.isRunning()) {
            return;
        }
        context.getBean(Lifecycle.class).close();
        context.close();
    }
}
