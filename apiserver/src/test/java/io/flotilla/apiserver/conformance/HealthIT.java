package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a server tells about its health, check by check. */
@ExtendWith(Cluster.class)
class HealthIT {
    private static final List<String> STARTED = List.of(
            "[+]poststarthook/start-apiextensions-controllers ok",
            "[+]poststarthook/crd-informer-synced ok",
            "[+]poststarthook/start-system-namespaces-controller ok",
            "[+]poststarthook/rbac/bootstrap-roles ok",
            "[+]poststarthook/scheduling/bootstrap-system-priority-classes ok",
            "[+]poststarthook/priority-and-fairness-config-producer ok",
            "[+]poststarthook/bootstrap-controller ok",
            "[+]poststarthook/apiservice-registration-controller ok",
            "[+]autoregister-completion ok");

    private final Rest admin;

    HealthIT(Cluster.Running cluster) {
        this.admin = cluster.admin();
    }

    @Test
    void readinessNamesEveryCheckInOrder() {
        Awaitility.await().untilAsserted(() -> {
            Reply reply = admin.get("/readyz?verbose").expect(200);
            assertThat(reply.text().lines())
                    .startsWith(
                            "[+]ping ok",
                            "[+]log ok",
                            "[+]etcd ok",
                            "[+]etcd-readiness ok",
                            "[+]informer-sync ok",
                            "[+]poststarthook/generic-apiserver-start-informers ok")
                    .containsSubsequence(STARTED)
                    .endsWith("[+]shutdown ok", "readyz check passed");
            assertThat(reply.header("content-type")).contains("text/plain; charset=utf-8");
            assertThat(reply.header("x-content-type-options")).contains("nosniff");
        });
    }

    @Test
    void beingAliveAsksLess() {
        for (String endpoint : List.of("livez", "healthz")) {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(admin.get("/" + endpoint + "?verbose")
                                    .expect(200)
                                    .text()
                                    .lines())
                            .startsWith("[+]ping ok", "[+]log ok", "[+]etcd ok")
                            .containsSubsequence(STARTED)
                            .doesNotContain("[+]etcd-readiness ok", "[+]informer-sync ok", "[+]shutdown ok")
                            .endsWith(endpoint + " check passed"));
        }
    }

    @Test
    void checksAreExcludedByName() throws Exception {
        Reply reply = admin.get("/livez?verbose&exclude=etcd&exclude=water").expect(200);

        assertThat(reply.text())
                .contains(
                        "[+]etcd excluded: ok\n",
                        "warn: some health checks cannot be excluded: no matches for \"water\"\nlivez check passed\n");
        assertThat(admin.get("/livez?exclude=etcd").expect(200).text()).isEqualTo("ok");
    }

    @Test
    void eachCheckHasItsOwnPath() throws Exception {
        assertThat(admin.get("/livez/ping").expect(200).text()).isEqualTo("ok");
        admin.get("/healthz/poststarthook/rbac/bootstrap-roles").expect(200);
        admin.get("/readyz/shutdown").expect(200);
        assertThat(admin.get("/livez/shutdown").expect(404).text()).isEqualTo("404 page not found\n");
    }
}
