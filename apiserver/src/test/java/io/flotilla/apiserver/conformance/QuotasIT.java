package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Quotas; the test counts what the controller counts first. */
@ExtendWith(Cluster.class)
class QuotasIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private String space = "";

    QuotasIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        space = "/api/v1/namespaces/" + cluster.namespace();
    }

    /** Makes a quota and waits until the servers know it. */
    private void quota(List<Rest> servers, String name, String hard, String used) throws Exception {
        ObjectNode quota = admin.post(
                        space + "/resourcequotas",
                        Json.object("{metadata: {name: '%s'}, spec: {hard: {%s}}}", name, hard))
                .expect(201)
                .json()
                .deepCopy();
        quota.set("status", Json.object("{hard: {%s}, used: {%s}}", hard, used));
        admin.put(space + "/resourcequotas/" + name + "/status", quota).expect(200);
        for (Rest server : servers) {
            Awaitility.await()
                    .until(() -> server.get(space + "/resourcequotas/" + name + "?resourceVersion=0")
                            .text()
                            .contains("\"used\""));
        }
    }

    private String used(String name, String entry) throws Exception {
        return admin.get(space + "/resourcequotas/" + name)
                .expect(200)
                .json()
                .path("status")
                .path("used")
                .path(entry)
                .asText();
    }

    @Test
    void creatorsThatRaceAtTwoServersGetNoMoreThanThereIs() throws Exception {
        int creators = 40;
        int room = 7;
        try (Cluster.Another other = cluster.another();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            quota(List.of(admin, other.client()), "q", "'count/configmaps': '7'", "'count/configmaps': '0'");
            List<Callable<Reply>> tasks = new ArrayList<>();
            for (int i = 0; i < creators; i++) {
                Rest client = i % 2 == 0 ? admin : other.client();
                ObjectNode map = Json.object("{metadata: {generateName: 'm-'}}");
                tasks.add(() -> client.post(space + "/configmaps", map));
            }
            int created = 0;
            for (Future<Reply> each : threads.invokeAll(tasks)) {
                Reply reply = each.get();
                if (reply.code() == 201) {
                    created++;
                } else {
                    reply.expect(403);
                    assertThat(reply.at("/message"))
                            .matches("configmaps \"m-.{5}\" is forbidden: exceeded quota: q, requested:"
                                    + " count/configmaps=1, used: count/configmaps=7, limited: count/configmaps=7");
                }
            }
            assertThat(created).isEqualTo(room);
            assertThat(admin.get(space + "/configmaps").names()).hasSize(room);
            assertThat(used("q", "count/configmaps")).isEqualTo("7");
        }
    }

    @Test
    void whatIsNotStoredIsNotCharged() throws Exception {
        quota(List.of(admin), "q", "'count/secrets': '3'", "'count/secrets': '0'");
        ObjectNode secret = Json.object("{metadata: {name: 's'}}");
        admin.post(space + "/secrets?dryRun=All", secret).expect(201);
        assertThat(used("q", "count/secrets")).isEqualTo("0");
        admin.post(space + "/secrets", secret).expect(201);
        admin.post(space + "/secrets", secret).expect(409);
        admin.post(space + "/secrets", Json.object("{metadata: {name: 'A'}}")).expect(422);
        assertThat(used("q", "count/secrets")).isEqualTo("1");
    }

    @Test
    void podsWithoutAmountsAreRefusedWhereAmountsCount() throws Exception {
        quota(List.of(admin), "q", "'requests.cpu': '1', pods: '5'", "'requests.cpu': '0', pods: '0'");
        admin.post(
                        space + "/pods",
                        Json.object("{metadata: {name: 'p'}, spec: {containers: [{name: 'c', image: 'i'}]}}"))
                .refused(
                        403, "Forbidden", "pods \"p\" is forbidden: failed quota: q: must specify requests.cpu for: c");
        String pod = "{metadata: {name: 'p'}, spec: {containers: [{name: 'c', image: 'i', resources: {requests: {cpu:"
                + " '%s'}}}]}}";
        admin.post(space + "/pods", Json.object(pod, "1500m"))
                .refused(
                        403,
                        "Forbidden",
                        "pods \"p\" is forbidden: exceeded quota: q, requested: requests.cpu=1500m, used:"
                                + " requests.cpu=0, limited: requests.cpu=1");
        admin.post(space + "/pods", Json.object(pod, "750m")).expect(201);
        assertThat(used("q", "requests.cpu")).isEqualTo("750m");
        assertThat(used("q", "pods")).isEqualTo("1");
    }

    @Test
    void aServiceIsChargedForNodePortsWhenItGetsThem() throws Exception {
        quota(
                List.of(admin),
                "q",
                "'services.nodeports': '1', services: '2'",
                "'services.nodeports': '0', services: '0'");
        ObjectNode service = admin.post(
                        space + "/services", Json.object("{metadata: {name: 's'}, spec: {ports: [{port: 80}]}}"))
                .expect(201)
                .json()
                .deepCopy();
        ((ObjectNode) service.get("spec")).put("type", "NodePort");
        admin.put(space + "/services/s", service).expect(200);
        assertThat(used("q", "services.nodeports")).isEqualTo("1");
        assertThat(used("q", "services")).isEqualTo("1");
        admin.post(
                        space + "/services",
                        Json.object("{metadata: {name: 't'}, spec: {type: 'NodePort', ports: [{port: 80}]}}"))
                .refused(
                        403,
                        "Forbidden",
                        "services \"t\" is forbidden: exceeded quota: q, requested: services.nodeports=1, used:"
                                + " services.nodeports=1, limited: services.nodeports=1");
        assertThat(used("q", "services")).isEqualTo("1");
    }

    @Test
    void aQuotaThatIsGoneLimitsNoMore() throws Exception {
        quota(List.of(admin), "q", "'count/secrets': '0'", "'count/secrets': '0'");
        admin.post(space + "/secrets", Json.object("{metadata: {name: 's'}}")).expect(403);
        admin.delete(space + "/resourcequotas/q").expect(200);
        Awaitility.await()
                .until(() -> admin.post(space + "/secrets", Json.object("{metadata: {name: 's'}}"))
                                .code()
                        == 201);
    }
}
