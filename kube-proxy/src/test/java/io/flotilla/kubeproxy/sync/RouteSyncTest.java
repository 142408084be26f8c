package io.flotilla.kubeproxy.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.flotilla.kubeproxy.service.Routes;
import io.flotilla.kubeproxy.service.ServiceInfo;
import io.flotilla.kubeproxy.service.Services;
import io.flotilla.kubeproxy.service.SliceInfo;
import io.flotilla.kubeproxy.userspace.UserspaceProxy;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
final class RouteSyncTest {
    private static final String CLUSTER_IP = "127.96.1.1";
    private static final String NODE_IP = "127.64.1.1";

    private final FakeCluster cluster = new FakeCluster();
    private final ResourceClient<Service> serviceClient = cluster.resource(ResourceTypes.SERVICES);
    private final ResourceClient<EndpointSlice> sliceClient = cluster.resource(ResourceTypes.ENDPOINT_SLICES);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Services services = new Services();
    private final Informers informers = new Informers(cluster);
    private final UserspaceProxy proxy =
            new UserspaceProxy(Duration.ofSeconds(30), new SplittableRandom(1), System::nanoTime, (_, _) -> {});
    private final RouteSync sync =
            new RouteSync(services, new Routes("node-1", List.of(NODE_IP)), proxy, registry, Clock.systemUTC());
    private final ServerSocket one = backend();
    private final ServerSocket two = backend();
    private final int port = freePort(CLUSTER_IP);
    private final int nodePort = freePort(NODE_IP);

    private static ServerSocket backend() {
        try {
            ServerSocket server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.80.1.1"));
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        try (Socket connection = server.accept()) {
                            connection
                                    .getOutputStream()
                                    .write(String.valueOf(server.getLocalPort()).getBytes(StandardCharsets.US_ASCII));
                        }
                    }
                } catch (IOException e) {
                    // Closed.
                }
            });
            return server;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int freePort(String ip) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral(ip))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void start() throws InterruptedException {
        ListOptions proxied = ListOptions.ALL.withLabelSelector("!service.kubernetes.io/service-proxy-name");
        informers.of(ServiceInfo.TYPE, proxied).addHandler(services.serviceHandler());
        informers.of(SliceInfo.TYPE, proxied).addHandler(services.sliceHandler());
        informers.start();
        informers.awaitSynced();
        sync.start();
    }

    @AfterEach
    void close() throws IOException {
        sync.close();
        informers.close();
        proxy.close();
        cluster.close();
        one.close();
        two.close();
    }

    private static int ask(String ip, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(60_000);
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(ip), port), 60_000);
            return Integer.parseInt(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        }
    }

    private ServiceBuilder service() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web")
                .endMetadata()
                .withNewSpec()
                .withClusterIP(CLUSTER_IP)
                .addNewPort()
                .withProtocol("TCP")
                .withPort(port)
                .withNodePort(nodePort)
                .endPort()
                .endSpec();
    }

    private static EndpointSlice slice(String name, int targetPort) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .addToLabels("kubernetes.io/service-name", "web")
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withProtocol("TCP")
                .withPort(targetPort)
                .endPort()
                .addNewEndpoint()
                .withAddresses("127.80.1.1")
                .endEndpoint()
                .build();
    }

    @Test
    void followsServicesAndTheirEndpoints() {
        serviceClient.create(service().build());
        sliceClient.create(slice("web-1", one.getLocalPort()));
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(ask(CLUSTER_IP, port)).isEqualTo(one.getLocalPort()));
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(ask(NODE_IP, nodePort)).isEqualTo(one.getLocalPort()));

        sliceClient.create(slice("web-2", two.getLocalPort()));
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(ask(CLUSTER_IP, port)).isEqualTo(two.getLocalPort()));

        sliceClient.delete(new ObjectKey("default", "web-2"));
        sliceClient.delete(new ObjectKey("default", "web-1"));
        await().untilAsserted(() ->
                assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> ask(CLUSTER_IP, port)));

        sliceClient.create(slice("web-3", two.getLocalPort()));
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(ask(CLUSTER_IP, port)).isEqualTo(two.getLocalPort()));
        serviceClient.delete(new ObjectKey("default", "web"));
        await().untilAsserted(() ->
                assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> ask(NODE_IP, nodePort)));
        assertThat(registry.get("kubeproxy.sync.proxy.rules.duration").timer().count())
                .isPositive();
    }

    @Test
    void leavesAServiceToAnotherProxyOnceItSaysSo() {
        serviceClient.create(service().build());
        sliceClient.create(slice("web-1", one.getLocalPort()));
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(ask(CLUSTER_IP, port)).isEqualTo(one.getLocalPort()));
        serviceClient.patch(
                new ObjectKey("default", "web"),
                Patch.merge(Map.of(
                        "metadata", Map.of("labels", Map.of("service.kubernetes.io/service-proxy-name", "other")))));
        await().untilAsserted(() ->
                assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> ask(CLUSTER_IP, port)));
    }

    @Test
    void isReadyEvenWithoutServices() {
        await().until(sync::hasSynced);
    }
}
