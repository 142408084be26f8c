package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How the parts of the control plane are. */
@ExtendWith(Cluster.class)
class ComponentStatusesIT {
    private static final String STATUSES = "/api/v1/componentstatuses";

    private final Rest admin;

    ComponentStatusesIT(Cluster.Running cluster) {
        this.admin = cluster.admin();
    }

    @Test
    void areListedWithAWarning() throws Exception {
        Reply list = admin.get(STATUSES).expect(200);
        assertThat(list.warnings()).containsExactly("299 - \"v1 ComponentStatus is deprecated in v1.19+\"");
        assertThat(list.at("/kind")).isEqualTo("ComponentStatusList");
        assertThat(list.names()).containsExactly("controller-manager", "etcd-0", "scheduler");
        assertThat(list.at("/items/0/conditions/0/error"))
                .isEqualTo("nobody holds the lease kube-system/kube-controller-manager");
        // Etcd has a while to answer; who asks does not wait longer.
        Awaitility.await()
                .untilAsserted(() -> assertThat(admin.get(STATUSES).at("/items/1/conditions/0/status"))
                        .isEqualTo("True"));
    }

    @Test
    void aComponentThatLeadsIsHealthy() throws Exception {
        admin.post(
                        "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases",
                        Json.object(
                                "{metadata: {name: 'kube-scheduler'}, spec: {holderIdentity: 'a', leaseDurationSeconds: 600, renewTime: '%s'}}",
                                Instant.now().truncatedTo(ChronoUnit.SECONDS).plusNanos(1_000)))
                .expect(201);
        Awaitility.await()
                .untilAsserted(() -> assertThat(admin.get(STATUSES + "/scheduler", "accept", Rest.TABLE)
                                .at("/rows/0/cells/1"))
                        .isEqualTo("Healthy"));
        Awaitility.await()
                .untilAsserted(() -> assertThat(admin.get(STATUSES, "accept", Rest.TABLE)
                                .expect(200)
                                .json()
                                .path("rows")
                                .findValues("cells")
                                .toString())
                        .contains("[\"etcd-0\",\"Healthy\",\"ok\",\"\"]", "[\"scheduler\",\"Healthy\",\"ok\",\"\"]")
                        .contains("[\"controller-manager\",\"Unhealthy\",\"\",\"nobody holds"));
        admin.get(STATUSES + "/etcd-9").refused(404, "NotFound", "componentstatuses \"etcd-9\" not found");
        admin.delete(STATUSES + "/etcd-0").expect(405);
        admin.delete("/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler")
                .expect(200);
    }
}
