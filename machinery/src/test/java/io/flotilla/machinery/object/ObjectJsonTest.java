package io.flotilla.machinery.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ObjectJsonTest {
    private static String text(Object object) {
        return new String(ObjectJson.write(object), StandardCharsets.UTF_8);
    }

    @Test
    void writesQuantitiesAsText() {
        Container container = new ContainerBuilder()
                .withName("c")
                .withNewResources()
                .addToRequests("cpu", new Quantity("500m"))
                .addToRequests("memory", new Quantity("64", "Mi"))
                .endResources()
                .build();
        assertThat(text(container)).contains("{\"cpu\":\"500m\",\"memory\":\"64Mi\"}");
        assertThat(ObjectJson.copy(container)).isEqualTo(container);
    }

    @Test
    void writesPortsThatAreNumbersOrNamesAsEither() {
        Container container = new ContainerBuilder()
                .withNewLivenessProbe()
                .withNewHttpGet()
                .withPort(new IntOrString(80))
                .endHttpGet()
                .endLivenessProbe()
                .withNewReadinessProbe()
                .withNewTcpSocket()
                .withPort(new IntOrString("http"))
                .endTcpSocket()
                .endReadinessProbe()
                .build();
        assertThat(text(container)).contains("\"port\":80").contains("\"port\":\"http\"");
        assertThat(ObjectJson.copy(container)).isEqualTo(container);
    }

    @Test
    void keepsMicrosecondsOfTimes() {
        String json = "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\","
                + "\"spec\":{\"renewTime\":\"2026-01-02T03:04:05.000006Z\"}}";
        Lease lease = ObjectJson.read(json.getBytes(StandardCharsets.UTF_8), Lease.class);
        assertThat(text(lease)).contains("\"renewTime\":\"2026-01-02T03:04:05.000006Z\"");
    }

    @Test
    void readsNullForAnEmptyListAsAnEmptyList() {
        String json = "{\"addressType\":\"IPv4\",\"endpoints\":null,\"ports\":null}";
        EndpointSlice slice = ObjectJson.read(json.getBytes(StandardCharsets.UTF_8), EndpointSlice.class);
        assertThat(slice.getEndpoints()).isEmpty();
        assertThat(slice.getPorts()).isEmpty();
    }
}
