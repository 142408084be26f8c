package io.flotilla.controllermanager.endpointslice;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndpointSliceControllerTest {
    private final Harness harness = new Harness();

    @AfterEach
    void stop() {
        harness.close();
    }

    private List<EndpointSlice> slices() {
        return harness.list(ResourceTypes.ENDPOINT_SLICES);
    }

    private List<Endpoint> endpoints() {
        return slices().stream().flatMap(slice -> slice.getEndpoints().stream()).toList();
    }

    private void createPods(int from, int to) {
        for (int number = from; number < to; number++) {
            harness.api(ResourceTypes.PODS).create(Services.pod(number, true));
        }
    }

    private long sliceWrites() {
        return harness.cluster().actions().stream()
                .map(FakeCluster.Action::resource)
                .filter("endpointslices.discovery.k8s.io"::equals)
                .count();
    }

    @Test
    void listsReadyAndOtherPodsWithTheirConditions() {
        harness.run(EndpointSliceController::new);
        harness.api(ResourceTypes.SERVICES).create(Services.web());
        harness.api(ResourceTypes.PODS).create(Services.pod(1, true));
        harness.api(ResourceTypes.PODS).create(Services.pod(2, false));
        eventually().until(() -> endpoints().size() == 2);
        EndpointSlice slice = slices().getFirst();
        assertThat(slice.getMetadata().getName()).startsWith("web-");
        assertThat(slice.getMetadata().getLabels())
                .containsEntry("kubernetes.io/service-name", "web")
                .containsEntry("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io")
                .containsEntry("team", "blue");
        assertThat(slice.getAddressType()).isEqualTo("IPv4");
        assertThat(slice.getPorts()).singleElement().satisfies(port -> {
            assertThat(port.getName()).isEqualTo("http");
            assertThat(port.getPort()).isEqualTo(8080);
            assertThat(port.getProtocol()).isEqualTo("TCP");
        });
        assertThat(endpoints()).anySatisfy(endpoint -> {
            assertThat(endpoint.getAddresses()).containsExactly("10.1.0.2");
            assertThat(endpoint.getConditions().getReady()).isTrue();
            assertThat(endpoint.getConditions().getServing()).isTrue();
            assertThat(endpoint.getConditions().getTerminating()).isFalse();
            assertThat(endpoint.getNodeName()).isEqualTo("node-1");
            assertThat(endpoint.getTargetRef().getName()).isEqualTo("web-1");
        });
        assertThat(endpoints()).anySatisfy(endpoint -> {
            assertThat(endpoint.getAddresses()).containsExactly("10.1.0.3");
            assertThat(endpoint.getConditions().getReady()).isFalse();
        });
    }

    @Test
    void aTerminatingPodStillServesButIsNotReady() {
        harness.run(EndpointSliceController::new);
        harness.api(ResourceTypes.SERVICES).create(Services.web());
        harness.api(ResourceTypes.PODS)
                .create(new PodBuilder(Services.pod(1, true))
                        .editMetadata()
                        .addToFinalizers("example.com/slow")
                        .endMetadata()
                        .build());
        eventually().until(() -> endpoints().size() == 1);
        harness.api(ResourceTypes.PODS).delete(new ObjectKey(Harness.NAMESPACE, "web-1"));
        eventually()
                .untilAsserted(() -> assertThat(endpoints()).singleElement().satisfies(endpoint -> {
                    assertThat(endpoint.getConditions().getReady()).isFalse();
                    assertThat(endpoint.getConditions().getServing()).isTrue();
                    assertThat(endpoint.getConditions().getTerminating()).isTrue();
                }));
    }

    @Test
    void putsAHundredIntoASliceAndWritesOnlyWhatChanges() {
        createPods(0, 250);
        harness.api(ResourceTypes.SERVICES).create(Services.web());
        harness.run(EndpointSliceController::new);
        eventually().until(() -> endpoints().size() == 250);
        assertThat(slices()).extracting(slice -> slice.getEndpoints().size()).containsExactlyInAnyOrder(100, 100, 50);
        long before = sliceWrites();
        harness.api(ResourceTypes.PODS).delete(new ObjectKey(Harness.NAMESPACE, "web-17"));
        eventually().until(() -> endpoints().size() == 249);
        assertThat(sliceWrites() - before).isEqualTo(1);
        createPods(250, 260);
        eventually().until(() -> endpoints().size() == 259);
        assertThat(slices()).hasSize(3);
        assertThat(endpoints().stream()
                        .map(endpoint -> endpoint.getTargetRef().getUid())
                        .distinct())
                .hasSize(259);
    }

    @Test
    void aServiceWithoutPodsHasOneEmptySlice() {
        harness.run(EndpointSliceController::new);
        harness.api(ResourceTypes.SERVICES).create(Services.web());
        eventually().until(() -> slices().size() == 1);
        assertThat(endpoints()).isEmpty();
        harness.api(ResourceTypes.PODS).create(Services.pod(1, true));
        eventually().until(() -> endpoints().size() == 1);
        assertThat(slices()).hasSize(1);
        harness.api(ResourceTypes.PODS).delete(new ObjectKey(Harness.NAMESPACE, "web-1"));
        eventually().until(() -> endpoints().isEmpty());
        assertThat(slices()).hasSize(1);
    }

    @Test
    void publishesPodsThatAreNotReadyWhereTheServiceAsksForIt() {
        harness.run(EndpointSliceController::new);
        harness.api(ResourceTypes.SERVICES)
                .create(new ServiceBuilder(Services.web())
                        .editSpec()
                        .withClusterIP("None")
                        .withPublishNotReadyAddresses(true)
                        .endSpec()
                        .build());
        harness.api(ResourceTypes.PODS).create(Services.pod(1, false));
        eventually()
                .untilAsserted(() -> assertThat(endpoints()).singleElement().satisfies(endpoint -> {
                    assertThat(endpoint.getConditions().getReady()).isTrue();
                    assertThat(endpoint.getConditions().getServing()).isFalse();
                }));
        assertThat(slices().getFirst().getMetadata().getLabels()).containsEntry("service.kubernetes.io/headless", "");
    }

    @Test
    void leavesServicesWithoutSelectorAlone() {
        harness.run(EndpointSliceController::new);
        harness.api(ResourceTypes.SERVICES)
                .create(new ServiceBuilder(Services.web())
                        .editMetadata()
                        .withName("manual")
                        .endMetadata()
                        .editSpec()
                        .withSelector(java.util.Map.of())
                        .endSpec()
                        .build());
        harness.api(ResourceTypes.SERVICES).create(Services.web());
        eventually().until(() -> slices().size() == 1);
        assertThat(slices().getFirst().getMetadata().getLabels()).containsEntry("kubernetes.io/service-name", "web");
    }
}
