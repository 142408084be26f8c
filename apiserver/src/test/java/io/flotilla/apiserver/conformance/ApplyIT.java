package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Server-side apply. */
@ExtendWith(Cluster.class)
class ApplyIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private String configMap = "";
    private String deployment = "";

    ApplyIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        String namespace = cluster.namespace();
        configMap = "/api/v1/namespaces/" + namespace + "/configmaps/a";
        deployment = "/apis/apps/v1/namespaces/" + namespace + "/deployments/d";
    }

    private Reply apply(String manager, String data) throws Exception {
        return admin.patch(
                configMap + "?fieldManager=" + manager,
                Rest.APPLY_PATCH,
                "{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a'}, data: %s}",
                data);
    }

    @Test
    void applyCreatesWhatIsNotThere() throws Exception {
        Reply created = apply("one", "{k: '1'}").expect(201);
        assertThat(created.at("/metadata/managedFields/0/operation")).isEqualTo("Apply");
        assertThat(created.json().at("/metadata/managedFields/0/fieldsV1"))
                .isEqualTo(Json.object("{'f:data': {'f:k': {}}}"));
        Reply again = apply("one", "{k: '1'}").expect(200);
        assertThat(again.resourceVersion()).isEqualTo(created.resourceVersion());
    }

    @Test
    void yamlIsApplied() throws Exception {
        byte[] yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n"
                .getBytes(StandardCharsets.UTF_8);
        admin.send("PATCH", configMap + "?fieldManager=one", yaml, "content-type", Rest.APPLY_PATCH)
                .expect(201);
        assertThat(admin.get(configMap).at("/data/k")).isEqualTo("v");
    }

    @Test
    void whatDoesNotFitTheTypeIsTold() throws Exception {
        Reply refused = apply("one", "{k: 1}").expect(500);
        assertThat(refused.at("/message"))
                .isEqualTo("failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data.k: expected string,"
                        + " got &value.valueUnstructured{Value:1}");
        assertThat(refused.json().has("reason")).isFalse();
    }

    @Test
    void whatAManagerNoLongerAppliesGoes() throws Exception {
        apply("one", "{k: '1', l: '2'}").expect(201);
        apply("two", "{l: '2', m: '3'}").expect(200);
        assertThat(apply("one", "{n: '4'}").expect(200).json().path("data"))
                .isEqualTo(Json.object("{l: '2', m: '3', n: '4'}"));
    }

    @Test
    void fieldsOfOthersAreConflicts() throws Exception {
        apply("one", "{k: '1', l: '2'}").expect(201);
        Reply refused = apply("two", "{k: '9'}")
                .refused(409, "Conflict", "Apply failed with 1 conflict: conflict with \"one\": .data.k");
        assertThat(refused.at("/details/causes/0/reason")).isEqualTo("FieldManagerConflict");
        assertThat(refused.at("/details/causes/0/message")).isEqualTo("conflict with \"one\"");
        assertThat(refused.at("/details/causes/0/field")).isEqualTo(".data.k");
        apply("two", "{k: '9', l: '8'}")
                .refused(
                        409,
                        "Conflict",
                        "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.k\n- .data.l");
        assertThat(admin.get(configMap).at("/data/k")).isEqualTo("1");
    }

    @Test
    void fieldsOfUpdatersAreConflictsWithTheirVersion() throws Exception {
        apply("one", "{k: '1'}").expect(201);
        admin.patch(configMap + "?fieldManager=editor", Rest.MERGE_PATCH, "{data: {k: '2'}}")
                .expect(200);
        apply("one", "{k: '3'}")
                .refused(409, "Conflict", "Apply failed with 1 conflict: conflict with \"editor\" using v1: .data.k");
    }

    @Test
    void forceTakesFieldsOver() throws Exception {
        apply("one", "{k: '1', l: '1'}").expect(201);
        Reply forced = admin.patch(
                        configMap + "?fieldManager=two&force=true",
                        Rest.APPLY_PATCH,
                        "{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a'}, data: {k: '2'}}")
                .expect(200);
        assertThat(forced.json().path("data")).isEqualTo(Json.object("{k: '2', l: '1'}"));
        assertThat(apply("one", "{l: '1'}").expect(200).json().path("data")).isEqualTo(Json.object("{k: '2', l: '1'}"));
    }

    @Test
    void listsMergeByTheirKeys() throws Exception {
        String body =
                "{apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'd'}, spec: {selector: {matchLabels: {a: 'b'}},"
                        + " template: {metadata: {labels: {a: 'b'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}}}}";
        admin.patch(deployment + "?fieldManager=one", Rest.APPLY_PATCH, body).expect(201);
        Reply second = admin.patch(
                        deployment + "?fieldManager=two",
                        Rest.APPLY_PATCH,
                        "{apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'd'}, spec: {template: {spec: {containers:"
                                + " [{name: 'c', env: [{name: 'A', value: '1'}]}, {name: 'side', image: 'redis'}]}}}}")
                .expect(200);
        assertThat(second.json().at("/spec/template/spec/containers")).hasSize(2);
        assertThat(second.at("/spec/template/spec/containers/0/env/0/name")).isEqualTo("A");
        Reply third = admin.patch(
                        deployment + "?fieldManager=two",
                        Rest.APPLY_PATCH,
                        "{apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'd'}}")
                .expect(200);
        assertThat(third.json().at("/spec/template/spec/containers")).hasSize(1);
        assertThat(third.json().at("/spec/template/spec/containers/0").has("env"))
                .isFalse();
    }

    @Test
    void theStatusHasOwnersOfItsOwn() throws Exception {
        admin.patch(
                        deployment + "?fieldManager=one",
                        Rest.APPLY_PATCH,
                        "{apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'd'}, spec: {selector: {matchLabels: {a: 'b'}},"
                                + " template: {metadata: {labels: {a: 'b'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}}}}")
                .expect(201);
        Reply status = admin.patch(
                        deployment + "/status?fieldManager=ctl",
                        Rest.APPLY_PATCH,
                        "{apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'd'}, spec: {replicas: 7}, status: {observedGeneration: 1}}")
                .expect(200);
        assertThat(status.at("/status/observedGeneration")).isEqualTo("1");
        assertThat(status.at("/spec/replicas")).isEqualTo("1");
        assertThat(status.json().at("/metadata/managedFields").findValuesAsText("subresource"))
                .containsExactly("status");
    }

    @Test
    void badConfigurationsAreRefused() throws Exception {
        admin.patch(configMap, Rest.APPLY_PATCH, "{apiVersion: 'v1', kind: 'ConfigMap'}")
                .refused(
                        422,
                        "Invalid",
                        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply"
                                + " patch");
        String managed = configMap + "?fieldManager=one";
        admin.patch(managed, Rest.APPLY_PATCH, "{kind: 'ConfigMap'}").expect(400);
        admin.patch(managed, Rest.APPLY_PATCH, "{apiVersion: 'apps/v1', kind: 'ConfigMap', metadata: {name: 'a'}}")
                .expect(400);
        admin.patch(managed, Rest.APPLY_PATCH, "{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'b'}}")
                .expect(400);
        admin.patch(
                        managed,
                        Rest.APPLY_PATCH,
                        "{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a', managedFields: [{manager: 'x'}]}}")
                .refused(400, "BadRequest", "metadata.managedFields must be nil");
        admin.get(configMap).expect(404);
    }
}
