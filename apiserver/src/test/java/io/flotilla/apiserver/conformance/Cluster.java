package io.flotilla.apiserver.conformance;

import io.flotilla.apiserver.InProcessServer;
import io.flotilla.apiserver.storage.EtcdExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One etcd and one API server for all tests of the run; each test works in namespaces of its own. */
final class Cluster implements BeforeAllCallback, ParameterResolver {
    static final String ADMIN = "kubernetes-admin";
    /** Known, but allowed nothing. */
    static final String ALICE = "alice";

    /** What comes at once may take so long where others keep the processors busy. */
    static final int PATIENCE_SECONDS = 60;

    private static final int PORTS_TRIED = 5;
    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    /**
     * Another server of the cluster, and the administrator before it.
     *
     * @param overHttp1 as the client, over HTTP/1.1
     */
    record Another(Rest client, Rest overHttp1, InProcessServer server) implements AutoCloseable {
        @Override
        public void close() {
            server.close();
        }
    }

    /** What runs, until the run ends. */
    static final class Running implements AutoCloseable {
        private final ExtensionContext context;
        private final EtcdExtension etcd = new EtcdExtension(1);
        private final Path directory;
        private final Certificates certificates;
        private final Path tokenKey;
        private final InProcessServer server;
        private final Map<String, Rest> clients = new ConcurrentHashMap<>();

        Running(ExtensionContext context) throws Exception {
            this.context = context;
            etcd.beforeAll(context);
            directory = Files.createTempDirectory("apiserver");
            certificates = new Certificates(directory)
                    .issue("kube-apiserver", List.of())
                    .issue(ADMIN, List.of("system:masters"))
                    .issue(ALICE, List.of("developers"))
                    .issue("system:kube-scheduler", List.of())
                    .issue("front-proxy-client", List.of());
            tokenKey = certificates.tokenKey();
            server = start();
            Awaitility.await().until(() -> anonymous().get("/readyz").code() == 200);
            // The server makes these by and by, and last of them its own endpoint and what extension servers are told.
            Awaitility.await()
                    .until(() -> isThere("default/endpoints/kubernetes")
                            && isThere("kube-system/configmaps/extension-apiserver-authentication"));
        }

        private boolean isThere(String path) throws IOException, InterruptedException {
            return admin().get("/api/v1/namespaces/" + path).code() == 200;
        }

        /** Starts a server; the port that was free for it may be another's before it listens. */
        private InProcessServer start(String... flags) throws Exception {
            for (int tried = 1; ; tried++) {
                try {
                    return startOnce(flags);
                } catch (IOException e) {
                    if (tried == PORTS_TRIED || !(e.getCause() instanceof BindException)) {
                        throw e;
                    }
                }
            }
        }

        private InProcessServer startOnce(String... flags) throws Exception {
            List<String> all = new ArrayList<>(List.of(
                    "--etcd-servers="
                            + etcd.config().servers().stream()
                                    .map(URI::toString)
                                    .collect(Collectors.joining(",")),
                    "--secure-port=" + freePort(),
                    "--grpc-port=0",
                    "--tls-cert-file=" + certificates.certificate("kube-apiserver"),
                    "--tls-private-key-file=" + certificates.key("kube-apiserver"),
                    "--client-ca-file=" + certificates.authority(),
                    "--service-account-signing-key-file=" + tokenKey,
                    "--proxy-client-cert-file=" + certificates.certificate("front-proxy-client"),
                    "--proxy-client-key-file=" + certificates.key("front-proxy-client"),
                    "--requestheader-client-ca-file=" + certificates.authority(),
                    "--requestheader-allowed-names=front-proxy-client"));
            all.addAll(List.of(flags));
            return InProcessServer.start(all.toArray(String[]::new));
        }

        private static int freePort() throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
            etcd.afterAll(context);
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }

        int restPort() {
            return server.restPort();
        }

        int grpcPort() {
            return server.grpcPort();
        }

        Certificates certificates() {
            return certificates;
        }

        /** A server that has just started, on an etcd that has forgotten everything but the present. */
        Another forgetful() throws Exception {
            etcd.compact(Long.parseLong(admin().get("/api/v1/namespaces").resourceVersion()));
            return another();
        }

        /** A further server, ready, with further flags. */
        Another another(String... flags) throws Exception {
            Another started = hasty(flags);
            Awaitility.await().until(() -> started.client().get("/readyz").code() == 200);
            return started;
        }

        /** A further server that listens since just now, ready or not. */
        Another hasty(String... flags) throws Exception {
            InProcessServer other = start(flags);
            return new Another(
                    client(Optional.of(ADMIN), HttpClient.Version.HTTP_2, other.restPort()),
                    client(Optional.of(ADMIN), HttpClient.Version.HTTP_1_1, other.restPort()),
                    other);
        }

        Rest admin() {
            return as(ADMIN);
        }

        /** Someone with a certificate. */
        Rest as(String user) {
            return clients.computeIfAbsent(
                    user, name -> client(Optional.of(name), HttpClient.Version.HTTP_2, restPort()));
        }

        /** Someone without a certificate. */
        Rest anonymous() {
            return clients.computeIfAbsent("", _ -> client(Optional.empty(), HttpClient.Version.HTTP_2, restPort()));
        }

        /** The administrator over HTTP/1.1. */
        Rest overHttp1() {
            return clients.computeIfAbsent(
                    "1.1", _ -> client(Optional.of(ADMIN), HttpClient.Version.HTTP_1_1, restPort()));
        }

        private Rest client(Optional<String> user, HttpClient.Version version, int port) {
            try {
                return Rest.over(certificates.context(user), port, version);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** A new namespace with the service account that pods need. */
        String namespace() throws IOException, InterruptedException {
            String name = "t" + NAMESPACES.incrementAndGet();
            admin().post("/api/v1/namespaces", Json.object("{metadata: {name: '%s'}}", name))
                    .expect(201);
            admin().post(
                            "/api/v1/namespaces/" + name + "/serviceaccounts",
                            Json.object("{metadata: {name: 'default'}}"))
                    .expect(201);
            return name;
        }
    }

    private static Running running(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .computeIfAbsent(
                        Running.class,
                        _ -> {
                            try {
                                return new Running(context.getRoot());
                            } catch (RuntimeException e) {
                                throw e;
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        Running.class);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        running(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Running.class;
    }

    @Override
    public Running resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return running(context);
    }
}
