package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Patches in JSON, merging patches by value and by structure. */
@ExtendWith(Cluster.class)
class PatchesIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private String configMap = "";
    private String deployment = "";

    PatchesIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newObjects() throws Exception {
        String namespace = cluster.namespace();
        String configMaps = "/api/v1/namespaces/" + namespace + "/configmaps";
        admin.post(configMaps, Json.object("{metadata: {name: 'a', labels: {x: 'y'}}, data: {a: '1', b: '2'}}"))
                .expect(201);
        configMap = configMaps + "/a";
        String deployments = "/apis/apps/v1/namespaces/" + namespace + "/deployments";
        admin.post(deployments, deployment()).expect(201);
        deployment = deployments + "/d";
    }

    private static ObjectNode deployment() {
        return Json.object("""
                {metadata: {name: 'd'}, spec: {replicas: 1, selector: {matchLabels: {a: 'b'}}, template: {metadata: {labels: {a: 'b'}},
                 spec: {containers: [
                   {name: 'main', image: 'nginx:1', env: [{name: 'A', value: '1'}, {name: 'B', value: '2'}]},
                   {name: 'side', image: 'busybox:1'}]}}}}""");
    }

    @Test
    void jsonPatchesAreAppliedInOrder() throws Exception {
        Reply patched = admin.patch(configMap, Rest.JSON_PATCH, """
                        [{op: 'test', path: '/data/a', value: '1'}, {op: 'replace', path: '/data/a', value: '9'},
                         {op: 'remove', path: '/data/b'}, {op: 'add', path: '/data/c', value: '3'},
                         {op: 'copy', from: '/data/c', path: '/data/d'}, {op: 'move', from: '/data/c', path: '/data/e'}]""").expect(200);
        assertThat(patched.json().path("data")).isEqualTo(Json.object("{a: '9', d: '3', e: '3'}"));
    }

    @Test
    void jsonPatchesThatDoNotFitAreRefusedAndChangeNothing() throws Exception {
        Reply before = admin.get(configMap);
        for (String patch : new String[] {
            "[{op: 'test', path: '/data/a', value: '2'}]",
            "[{op: 'remove', path: '/data/none'}]",
            "[{op: 'replace', path: '/data/a', value: '5'}, {op: 'test', path: '/data/a', value: '1'}]",
            "[{op: 'jump', path: '/data/a'}]",
            "[{op: 'add', path: '/data/x/y', value: '1'}]"
        }) {
            assertThat(admin.patch(configMap, Rest.JSON_PATCH, patch)
                            .expect(422)
                            .at("/reason"))
                    .isEqualTo("Invalid");
        }
        admin.patch(configMap, Rest.JSON_PATCH, "{data: {}}").expect(400);
        assertThat(admin.get(configMap).json()).isEqualTo(before.json());
    }

    @Test
    void tooManyOperationsAreRefused() throws Exception {
        StringBuilder patch = new StringBuilder("[");
        for (int i = 0; i <= 10_000; i++) {
            patch.append(i == 0 ? "" : ",").append("{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"1\"}");
        }
        byte[] body = patch.append(']').toString().getBytes(StandardCharsets.UTF_8);
        admin.send("PATCH", configMap, body, "content-type", Rest.JSON_PATCH)
                .refused(
                        413,
                        "RequestEntityTooLarge",
                        "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001");
    }

    @Test
    void mergePatchesReplaceListsAndRemoveByNull() throws Exception {
        Reply patched = admin.patch(configMap, Rest.MERGE_PATCH, "{data: {a: null, c: '3'}, metadata: {labels: null}}")
                .expect(200);
        assertThat(patched.json().path("data")).isEqualTo(Json.object("{b: '2', c: '3'}"));
        assertThat(patched.json().path("metadata").has("labels")).isFalse();
        Reply replaced = admin.patch(
                        deployment,
                        Rest.MERGE_PATCH,
                        "{spec: {template: {spec: {containers: [{name: 'only', image: 'nginx:2'}]}}}}")
                .expect(200);
        assertThat(replaced.json().at("/spec/template/spec/containers")).hasSize(1);
    }

    @Test
    void strategicPatchesMergeListsByKey() throws Exception {
        Reply patched = admin.patch(deployment, Rest.STRATEGIC_PATCH, """
                        {spec: {template: {spec: {containers: [
                          {name: 'main', image: 'nginx:2', env: [{name: 'A', $patch: 'delete'}, {name: 'C', value: '3'}]},
                          {name: 'side', $patch: 'delete'}, {name: 'new', image: 'redis'}]}}}}""").expect(200);
        assertThat(patched.json().at("/spec/template/spec/containers").findValuesAsText("image"))
                .containsExactlyInAnyOrder("nginx:2", "redis");
        assertThat(patched.at("/spec/template/spec/containers/0/name")).isIn("new", "main");
        assertThat(patched.json().findValues("env").getFirst().findValuesAsText("name"))
                .containsExactlyInAnyOrder("B", "C");
    }

    @Test
    void strategicPatchesReplaceAndOrderOnDemand() throws Exception {
        Reply replaced = admin.patch(
                        deployment,
                        Rest.STRATEGIC_PATCH,
                        "{spec: {strategy: {$retainKeys: ['type'], type: 'Recreate'},"
                                + " template: {spec: {'$setElementOrder/containers': [{name: 'side'}, {name: 'main'}],"
                                + " containers: [{name: 'main', image: 'nginx:3'}]}}}}")
                .expect(200);
        assertThat(replaced.json().at("/spec/strategy")).isEqualTo(Json.object("{type: 'Recreate'}"));
        assertThat(replaced.at("/spec/template/spec/containers/0/name")).isEqualTo("side");
        Reply whole = admin.patch(configMap, Rest.STRATEGIC_PATCH, "{data: {$patch: 'replace', z: '26'}}")
                .expect(200);
        assertThat(whole.json().path("data")).isEqualTo(Json.object("{z: '26'}"));
    }

    @Test
    void aPatchWithAStaleVersionIsAConflict() throws Exception {
        String version = admin.get(configMap).resourceVersion();
        admin.patch(configMap, Rest.MERGE_PATCH, "{data: {a: '2'}}").expect(200);
        admin.patch(configMap, Rest.MERGE_PATCH, "{metadata: {resourceVersion: '%s'}, data: {a: '3'}}", version)
                .refused(
                        409,
                        "Conflict",
                        "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply"
                                + " your changes to the latest version and try again");
    }

    @Test
    void nothingIsPatchedThatIsNotThere() throws Exception {
        admin.patch(configMap + "x", Rest.MERGE_PATCH, "{}").refused(404, "NotFound", "configmaps \"ax\" not found");
    }

    @Test
    void anEmptyPatchKeepsTheVersion() throws Exception {
        String version = admin.get(configMap).resourceVersion();
        for (String type : new String[] {Rest.MERGE_PATCH, Rest.STRATEGIC_PATCH}) {
            assertThat(admin.patch(configMap, type, "{}").expect(200).resourceVersion())
                    .isEqualTo(version);
        }
        assertThat(admin.patch(configMap, Rest.JSON_PATCH, "[]").expect(200).resourceVersion())
                .isEqualTo(version);
    }
}
