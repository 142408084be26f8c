package io.flotilla.controllermanager.serviceaccount;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.rootca.RootCaPublisher;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NamespaceFurnitureTest {
    private final Harness harness = new Harness();

    @AfterEach
    void stop() {
        harness.close();
    }

    @Test
    void everyNamespaceHasAServiceAccountNamedDefaultAndGetsItBack() {
        harness.namespace("one");
        harness.run(ServiceAccountController::new);
        harness.namespace("two");
        eventually().until(() -> harness.list(ResourceTypes.SERVICE_ACCOUNTS).size() == 2);
        harness.api(ResourceTypes.SERVICE_ACCOUNTS).delete(new ObjectKey("one", "default"));
        eventually().until(() -> harness.list(ResourceTypes.SERVICE_ACCOUNTS).size() == 2);
    }

    @Test
    void everyNamespaceHasTheRootCertificateAndKeepsIt() {
        harness.namespace("one");
        harness.run(context -> new RootCaPublisher(context, "PEM"));
        eventually().until(() -> harness.list(ResourceTypes.CONFIG_MAPS).size() == 1);
        var map = harness.list(ResourceTypes.CONFIG_MAPS).getFirst();
        assertThat(map.getMetadata().getName()).isEqualTo("kube-root-ca.crt");
        assertThat(map.getData()).containsEntry("ca.crt", "PEM");
        harness.change(
                ResourceTypes.CONFIG_MAPS,
                map,
                fresh -> new ConfigMapBuilder(fresh).withData(Map.of()).build());
        eventually()
                .untilAsserted(() -> assertThat(harness.list(ResourceTypes.CONFIG_MAPS)
                                .getFirst()
                                .getData())
                        .containsEntry("ca.crt", "PEM"));
        harness.api(ResourceTypes.CONFIG_MAPS).delete(ObjectKey.of(map));
        eventually().until(() -> harness.list(ResourceTypes.CONFIG_MAPS).size() == 1);
    }
}
