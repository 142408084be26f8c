package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Cluster.class)
@Timeout(600)
final class CustomResourcesIT {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String NOT_YET =
            "the request has been made before all known HTTP paths have been installed, please retry";

    private final Cluster.Running cluster;
    private final Rest admin;

    CustomResourcesIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    /** Defines Ships in a group, and returns where they are once they are served. */
    private String define(String group) throws Exception {
        String ships = begin(group);
        Awaitility.await().until(() -> admin.get(ships).code() == 200);
        return ships;
    }

    /** Defines Ships in a group, and returns where they will be. */
    private String begin(String group) throws Exception {
        admin.post(
                        DEFINITIONS,
                        Json.object(
                                "{metadata: {name: 'ships.%s'}, spec: {group: '%s', scope: 'Cluster', names: {plural:"
                                        + " 'ships', kind: 'Ship'}, versions: [{name: 'v1', served: true, storage:"
                                        + " true, schema: {openAPIV3Schema: {type: 'object'}}}]}}",
                                group, group))
                .expect(201);
        return "/apis/" + group + "/v1/ships";
    }

    @Test
    void whatIsEstablishedIsServedAndDiscovered() throws Exception {
        String ships = begin("established.example.com");
        Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .until(() -> isEstablished("ships.established.example.com"));

        admin.get(ships).expect(200);
        assertThat(admin.get("/apis/established.example.com/v1").expect(200).at("/resources/0/name"))
                .isEqualTo("ships");
    }

    private boolean isEstablished(String definition) throws Exception {
        return admin.get(DEFINITIONS + "/" + definition)
                .expect(200)
                .json()
                .at("/status/conditions")
                .valueStream()
                .anyMatch(each -> each.path("type").asText().equals("Established")
                        && each.path("status").asText().equals("True"));
    }

    @Test
    void aServerThatHasJustStartedNeverSaysThatTheyDoNotExist() throws Exception {
        String ships = define("restart.example.com");
        admin.post(ships, Json.object("{apiVersion: 'restart.example.com/v1', kind: 'Ship', metadata: {name: 'argo'}}"))
                .expect(201);

        List<Reply> early = new ArrayList<>();
        try (Cluster.Another hasty = cluster.hasty()) {
            Rest client = hasty.client();
            for (Reply reply = client.get(ships + "/argo"); reply.code() != 200; reply = client.get(ships + "/argo")) {
                early.add(reply);
            }
        }

        assertThat(early).allSatisfy(reply -> {
            reply.refused(503, "ServiceUnavailable", NOT_YET);
            assertThat(reply.at("/details/retryAfterSeconds")).isEqualTo("5");
        });
    }

    @Test
    void aReadyServerKnowsThem() throws Exception {
        String ships = define("ready.example.com");

        try (Cluster.Another hasty = cluster.hasty()) {
            Rest client = hasty.client();
            while (client.get("/readyz").code() != 200) {
                Thread.onSpinWait();
            }

            client.get(ships).expect(200);
            client.get("/readyz/poststarthook/crd-informer-synced").expect(200);
            client.get("/apis/nobody.example.com/v1/ships").expect(404);
        }
    }
}
