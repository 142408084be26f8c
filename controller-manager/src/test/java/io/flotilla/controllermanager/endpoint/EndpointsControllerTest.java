package io.flotilla.controllermanager.endpoint;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.endpointslice.Services;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndpointsControllerTest {
    private final Harness harness = new Harness();

    @AfterEach
    void stop() {
        harness.close();
    }

    @Test
    void separatesReadyFromOtherAddressesAndGoesWithTheService() {
        harness.run(EndpointsController::new);
        harness.api(ResourceTypes.SERVICES).create(Services.web());
        eventually().until(() -> harness.exists(ResourceTypes.ENDPOINTS, "web"));
        harness.api(ResourceTypes.PODS).create(Services.pod(2, true));
        harness.api(ResourceTypes.PODS).create(Services.pod(1, true));
        harness.api(ResourceTypes.PODS).create(Services.pod(3, false));
        eventually()
                .untilAsserted(() -> assertThat(
                                harness.get(ResourceTypes.ENDPOINTS, "web").getSubsets())
                        .singleElement()
                        .satisfies(subset -> {
                            assertThat(subset.getAddresses())
                                    .extracting(EndpointAddress::getIp)
                                    .containsExactly("10.1.0.2", "10.1.0.3");
                            assertThat(subset.getNotReadyAddresses())
                                    .extracting(EndpointAddress::getIp)
                                    .containsExactly("10.1.0.4");
                            assertThat(subset.getPorts())
                                    .singleElement()
                                    .satisfies(
                                            port -> assertThat(port.getPort()).isEqualTo(8080));
                        }));
        harness.api(ResourceTypes.SERVICES).delete(new ObjectKey(Harness.NAMESPACE, "web"));
        eventually().until(() -> !harness.exists(ResourceTypes.ENDPOINTS, "web"));
    }

    @Test
    void keepsAtMostAThousandAddresses() {
        for (int number = 0; number < 1010; number++) {
            harness.api(ResourceTypes.PODS).create(Services.pod(number, number % 2 == 0));
        }
        harness.api(ResourceTypes.SERVICES).create(Services.web());
        harness.run(EndpointsController::new);
        eventually().untilAsserted(() -> {
            var endpoints = harness.get(ResourceTypes.ENDPOINTS, "web");
            assertThat(endpoints.getMetadata().getAnnotations())
                    .containsEntry("endpoints.kubernetes.io/over-capacity", "truncated");
            assertThat(endpoints.getSubsets().getFirst().getAddresses()).hasSize(505);
            assertThat(endpoints.getSubsets().getFirst().getNotReadyAddresses()).hasSize(495);
        });
    }
}
