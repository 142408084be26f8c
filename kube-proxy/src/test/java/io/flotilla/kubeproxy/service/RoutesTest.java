package io.flotilla.kubeproxy.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.flotilla.machinery.object.ObjectJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RoutesTest {
    private static final Listen CLUSTER = new Listen(Protocol.TCP, "127.96.0.1", 80);
    private static final Listen NODE_PORT = new Listen(Protocol.TCP, "127.64.0.1", 30080);

    private final Routes routes = new Routes("node-1", List.of("127.64.0.1"));

    private static ServiceBuilder service() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web")
                .endMetadata()
                .withNewSpec()
                .withType("NodePort")
                .withClusterIP("127.96.0.1")
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withPort(80)
                .withNodePort(30080)
                .endPort()
                .endSpec();
    }

    private static EndpointSliceBuilder slice() {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web-1")
                .addToLabels("kubernetes.io/service-name", "web")
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withPort(8080)
                .endPort();
    }

    private static EndpointSliceBuilder with(
            EndpointSliceBuilder slice,
            String address,
            String node,
            @Nullable Boolean ready,
            @Nullable Boolean serving,
            @Nullable Boolean terminating) {
        return slice.addNewEndpoint()
                .withAddresses(address)
                .withNodeName(node)
                .withNewConditions()
                .withReady(ready)
                .withServing(serving)
                .withTerminating(terminating)
                .endConditions()
                .endEndpoint();
    }

    private static EndpointSliceBuilder ready(EndpointSliceBuilder slice, String address, String node) {
        return with(slice, address, node, true, true, false);
    }

    private Map<Listen, Route> routes(ServiceBuilder service, EndpointSliceBuilder... slices) {
        Service built = service.build();
        ServiceInfo info = ObjectJson.read(ObjectJson.write(built), ServiceInfo.class);
        return routes.of(
                info,
                List.of(slices).stream()
                        .map(slice -> {
                            EndpointSlice one = slice.build();
                            return ObjectJson.read(ObjectJson.write(one), SliceInfo.class);
                        })
                        .toList());
    }

    private static Backend at(String address) {
        return new Backend(address, 8080);
    }

    @Test
    void clusterIpAndNodePortLeadToTheReadyEndpointsOfAllSlices() {
        EndpointSliceBuilder second = ready(slice(), "127.80.0.3", "node-2");
        EndpointSliceBuilder first = ready(ready(slice(), "127.80.0.2", "node-1"), "127.80.0.3", "node-2");
        Map<Listen, Route> all = routes(service(), first, second);
        assertThat(all.keySet()).containsExactlyInAnyOrder(CLUSTER, NODE_PORT);
        assertThat(all.get(CLUSTER).backends()).containsExactly(at("127.80.0.2"), at("127.80.0.3"));
        assertThat(all.get(NODE_PORT)).isEqualTo(all.get(CLUSTER));
        assertThat(all.get(CLUSTER).service()).isEqualTo("default/web:http");
    }

    @ParameterizedTest
    @CsvSource({
        "true, , , true",
        ", , , true",
        "false, false, false, false",
        "false, true, true, false",
        "true, true, true, true"
    })
    void onlyReadyEndpointsTakeConnectionsWhileThereAreSome(
            @Nullable Boolean ready, @Nullable Boolean serving, @Nullable Boolean terminating, boolean counts) {
        EndpointSliceBuilder slice =
                with(ready(slice(), "127.80.0.2", "node-1"), "127.80.0.3", "node-1", ready, serving, terminating);
        assertThat(routes(service(), slice).get(CLUSTER).backends().contains(at("127.80.0.3")))
                .isEqualTo(counts);
    }

    @Test
    void endpointsThatTerminateButServeAreTheLastResort() {
        EndpointSliceBuilder slice = with(
                with(slice(), "127.80.0.2", "node-1", false, true, true), "127.80.0.3", "node-1", false, false, true);
        assertThat(routes(service(), slice).get(CLUSTER).backends()).containsExactly(at("127.80.0.2"));
    }

    @Test
    void localPoliciesKeepConnectionsOnTheNode() {
        EndpointSliceBuilder slice = ready(ready(slice(), "127.80.0.2", "node-1"), "127.80.1.2", "node-2");
        Map<Listen, Route> internal =
                routes(service().editSpec().withInternalTrafficPolicy("Local").endSpec(), slice);
        assertThat(internal.get(CLUSTER).backends()).containsExactly(at("127.80.0.2"));
        assertThat(internal.get(NODE_PORT).backends()).hasSize(2);

        Map<Listen, Route> external =
                routes(service().editSpec().withExternalTrafficPolicy("Local").endSpec(), slice);
        assertThat(external.get(CLUSTER).backends()).hasSize(2);
        assertThat(external.get(NODE_PORT).backends()).containsExactly(at("127.80.0.2"));
    }

    @Test
    void endpointsAreFoundByNameAndProtocolOfThePort() {
        ServiceBuilder service = service()
                .editSpec()
                .addNewPort()
                .withName("dns")
                .withProtocol("UDP")
                .withPort(53)
                .endPort()
                .endSpec();
        EndpointSliceBuilder slice = ready(slice(), "127.80.0.2", "node-1")
                .addNewPort()
                .withName("dns")
                .withProtocol("UDP")
                .withPort(5353)
                .endPort();
        assertThat(routes(service, slice)
                        .get(new Listen(Protocol.UDP, "127.96.0.1", 53))
                        .backends())
                .containsExactly(new Backend("127.80.0.2", 5353));
    }

    @ParameterizedTest
    @CsvSource({"ClientIP, , 10800", "ClientIP, 60, 60", "None, , 0"})
    void affinityLastsThreeHoursUnlessToldOtherwise(String affinity, @Nullable Integer seconds, long expected) {
        ServiceBuilder service =
                service().editSpec().withSessionAffinity(affinity).endSpec();
        if (seconds != null) {
            service = service.editSpec()
                    .withNewSessionAffinityConfig()
                    .withNewClientIP(seconds)
                    .endSessionAffinityConfig()
                    .endSpec();
        }
        assertThat(routes(service, slice()).get(CLUSTER).affinity()).isEqualTo(Duration.ofSeconds(expected));
    }

    @ParameterizedTest
    @CsvSource({"ClusterIP, None", "ExternalName, ''", "ClusterIP, ''"})
    void someServicesAreNotProxied(String type, String clusterIp) {
        assertThat(routes(
                        service()
                                .editSpec()
                                .withType(type)
                                .withClusterIP(clusterIp)
                                .endSpec(),
                        slice()))
                .isEmpty();
    }
}
