package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Status, scale, binding, eviction. */
@ExtendWith(Cluster.class)
class SubresourcesIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private String pods = "";
    private String deployment = "";

    SubresourcesIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newObjects() throws Exception {
        String namespace = cluster.namespace();
        pods = "/api/v1/namespaces/" + namespace + "/pods";
        admin.post(
                        pods,
                        Json.object(
                                "{metadata: {name: 'p', labels: {a: 'b'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}}"))
                .expect(201);
        String deployments = "/apis/apps/v1/namespaces/" + namespace + "/deployments";
        admin.post(
                        deployments,
                        Json.object(
                                "{metadata: {name: 'd'}, spec: {replicas: 2, selector: {matchLabels: {a: 'b'}}, template: {metadata: {labels: {a: 'b'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}}}}"))
                .expect(201);
        deployment = deployments + "/d";
    }

    @Test
    void statusAndSpecAreWrittenApart() throws Exception {
        Reply status = admin.patch(
                        deployment + "/status",
                        Rest.MERGE_PATCH,
                        "{spec: {replicas: 9}, status: {replicas: 2, observedGeneration: 1}}")
                .expect(200);
        assertThat(status.at("/status/replicas")).isEqualTo("2");
        assertThat(status.at("/spec/replicas")).isEqualTo("2");
        Reply spec = admin.patch(deployment, Rest.MERGE_PATCH, "{spec: {replicas: 3}, status: {replicas: 7}}")
                .expect(200);
        assertThat(spec.at("/status/replicas")).isEqualTo("2");
        assertThat(spec.at("/spec/replicas")).isEqualTo("3");
        assertThat(admin.get(deployment + "/status").expect(200).json())
                .isEqualTo(admin.get(deployment).json());
    }

    @Test
    void aTableOfAScaleTellsWhatIsWantedAndWhatIsThere() throws Exception {
        admin.patch(deployment + "/status", Rest.MERGE_PATCH, "{status: {replicas: 1}}")
                .expect(200);

        JsonNode table = admin.get(deployment + "/scale", "accept", Rest.TABLE)
                .expect(200)
                .json();

        assertThat(table.path("kind").asText()).isEqualTo("Table");
        assertThat(table.path("columnDefinitions").findValuesAsText("name"))
                .containsExactly("Name", "Desired", "Available", "Age");
        assertThat(table.at("/rows/0/cells/0").asText()).isEqualTo("d");
        assertThat(table.at("/rows/0/cells/1").asInt()).isEqualTo(2);
        assertThat(table.at("/rows/0/cells/2").asInt()).isEqualTo(1);
    }

    @Test
    void scaleIsReadAndWritten() throws Exception {
        Reply scale = admin.get(deployment + "/scale").expect(200);
        assertThat(scale.at("/kind")).isEqualTo("Scale");
        assertThat(scale.at("/apiVersion")).isEqualTo("autoscaling/v1");
        assertThat(scale.at("/spec/replicas")).isEqualTo("2");
        assertThat(scale.at("/status/selector")).isEqualTo("a=b");
        Reply set = admin.put(deployment + "/scale", Json.object("{metadata: {name: 'd'}, spec: {replicas: 5}}"))
                .expect(200);
        assertThat(set.at("/spec/replicas")).isEqualTo("5");
        admin.patch(deployment + "/scale", Rest.MERGE_PATCH, "{spec: {replicas: 4}}")
                .expect(200);
        assertThat(admin.get(deployment).at("/spec/replicas")).isEqualTo("4");
        assertThat(admin.patch(deployment + "/scale", Rest.MERGE_PATCH, "{spec: {replicas: -1}}")
                        .expect(422)
                        .at("/message"))
                .isEqualTo(
                        "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0");
    }

    @Test
    void podsAreBoundOnce() throws Exception {
        Reply bound = admin.post(
                        pods + "/p/binding",
                        Json.object(
                                "{apiVersion: 'v1', kind: 'Binding', metadata: {name: 'p'}, target: {kind: 'Node', name: 'n1'}}"))
                .expect(201);
        assertThat(bound.at("/status")).isEqualTo("Success");
        Reply pod = admin.get(pods + "/p");
        assertThat(pod.at("/spec/nodeName")).isEqualTo("n1");
        assertThat(pod.json().at("/status/conditions").findValuesAsText("type")).contains("PodScheduled");
        admin.post(pods + "/p/binding", Json.object("{metadata: {name: 'p'}, target: {kind: 'Node', name: 'n2'}}"))
                .refused(
                        409,
                        "Conflict",
                        "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n1\"");
    }

    @Test
    void evictionsHonourBudgets() throws Exception {
        String budgets = pods.replace("/api/v1", "/apis/policy/v1").replace("/pods", "/poddisruptionbudgets");
        admin.post(
                        budgets,
                        Json.object(
                                "{metadata: {name: 'b'}, spec: {minAvailable: 1, selector: {matchLabels: {a: 'b'}}}}"))
                .expect(201);
        admin.patch(
                        pods + "/p/status",
                        Rest.MERGE_PATCH,
                        "{status: {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]}}")
                .expect(200);
        admin.patch(
                        budgets + "/b/status",
                        Rest.MERGE_PATCH,
                        "{status: {observedGeneration: 1, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, disruptionsAllowed: 0}}")
                .expect(200);
        String eviction = "{apiVersion: 'policy/v1', kind: 'Eviction', metadata: {name: 'p'}}";
        Reply refused = admin.post(pods + "/p/eviction", Json.object(eviction))
                .refused(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
        assertThat(refused.at("/details/causes/0/reason")).isEqualTo("DisruptionBudget");
        assertThat(refused.at("/details/causes/0/message"))
                .isEqualTo("The disruption budget b needs 1 healthy pods and has 1 currently");
        admin.patch(budgets + "/b/status", Rest.MERGE_PATCH, "{status: {disruptionsAllowed: 1}}")
                .expect(200);
        // The version of older clients, in either encoding.
        String old = eviction.replace("policy/v1", "policy/v1beta1");
        admin.post(pods + "/p/eviction?dryRun=All", Json.object(old)).expect(201);
        admin.post(pods + "/p/eviction?dryRun=All", Json.object(eviction.replace("policy/v1", "policy/v2")))
                .refused(
                        400,
                        "BadRequest",
                        "the API version in the data (policy/v2) does not match the expected API version (policy/v1)");
        byte[] envelope = "k8s\0\n\u001a\n\u000epolicy/v1beta1\u0012\u0008Eviction\u0012\u0005\n\u0003\n\u0001p"
                .getBytes(StandardCharsets.US_ASCII);
        admin.send(
                        "POST",
                        pods + "/p/eviction?dryRun=All",
                        envelope,
                        "content-type",
                        "application/vnd.kubernetes.protobuf")
                .expect(201);
        admin.post(pods + "/p/eviction", Json.object(eviction)).expect(201);
        admin.get(pods + "/p").expect(404);
    }

    @Test
    void subresourcesOfWhatIsNotThereAreNotFound() throws Exception {
        admin.get(deployment + "x/scale").refused(404, "NotFound", "deployments.apps \"dx\" not found");
        admin.post(pods + "/none/binding", Json.object("{metadata: {name: 'none'}, target: {kind: 'Node', name: 'n'}}"))
                .expect(404);
        admin.post(pods + "/none/eviction", Json.object("{metadata: {name: 'none'}}"))
                .expect(404);
    }

    @Test
    void whatResizingMayNotDoIsToldOnce() throws Exception {
        String pods = "/api/v1/namespaces/" + cluster.namespace() + "/pods";
        admin.post(pods, Json.object("{metadata: {name: 'best'}, spec: {containers: [{name: 'c', image: 'x'}]}}"))
                .expect(201);
        admin.patch(
                        pods + "/best/resize",
                        Rest.MERGE_PATCH,
                        "{spec: {containers: [{name: 'c', image: 'x', resources: {requests: {cpu: '1'}}}]}}")
                .refused(
                        422,
                        "Invalid",
                        "Pod \"best\" is invalid: spec: Invalid value: \"BestEffort\": Pod QOS Class may not change as a"
                                + " result of resizing");
    }
}
