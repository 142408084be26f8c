package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
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

    private Reply applyDeployment(String manager, String replicas) throws Exception {
        return admin.patch(
                deployment + "?fieldManager=" + manager,
                Rest.APPLY_PATCH,
                "{apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'd'}, spec: {%s selector: {matchLabels: {a: 'b'}},"
                        + " template: {metadata: {labels: {a: 'b'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}}}}",
                replicas);
    }

    private Reply applyScale(String options, String spec) throws Exception {
        return admin.patch(
                deployment + "/scale?" + options,
                Rest.APPLY_PATCH,
                "{apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: {name: 'd'}, spec: %s}",
                spec);
    }

    @Test
    void aScaleIsAppliedAgainstTheOwnersOfItsParent() throws Exception {
        applyDeployment("one", "replicas: 2,").expect(201);
        applyScale("fieldManager=scaler", "{replicas: 5}")
                .refused(409, "Conflict", "Apply failed with 1 conflict: conflict with \"one\": .spec.replicas");

        Reply scale =
                applyScale("fieldManager=scaler&force=true", "{replicas: 5}").expect(200);
        assertThat(scale.at("/kind")).isEqualTo("Scale");
        assertThat(scale.at("/spec/replicas")).isEqualTo("5");
        assertThat(scale.json().path("metadata").has("managedFields")).isFalse();

        Reply scaled = admin.get(deployment).expect(200);
        assertThat(scaled.at("/spec/replicas")).isEqualTo("5");
        assertThat(scaled.at("/metadata/generation")).isEqualTo("2");
        assertThat(scaled.json().at("/metadata/managedFields/0"))
                .isEqualTo(Json.object(
                        "{manager: 'scaler', operation: 'Apply', apiVersion: 'apps/v1', fieldsType: 'FieldsV1',"
                                + " fieldsV1: {'f:spec': {'f:replicas': {}}}, subresource: 'scale'}"));
        assertThat(scaled.at("/metadata/managedFields/1/manager")).isEqualTo("one");
        assertThat(scaled.json().at("/metadata/managedFields/1/fieldsV1/f:spec").has("f:replicas"))
                .isFalse();
        assertThat(scaled.json().at("/metadata/managedFields/1/fieldsV1/f:spec").has("f:selector"))
                .isTrue();
    }

    @Test
    void whatWasScaledIsAConflictOfItsParent() throws Exception {
        applyDeployment("one", "").expect(201);
        admin.patch(deployment + "/scale?fieldManager=editor&dryRun=All", Rest.MERGE_PATCH, "{spec: {replicas: 9}}")
                .expect(200);
        assertThat(admin.get(deployment).at("/spec/replicas")).isEqualTo("1");
        admin.patch(deployment + "/scale?fieldManager=editor", Rest.MERGE_PATCH, "{spec: {replicas: 4}}")
                .expect(200);
        applyDeployment("one", "replicas: 2,")
                .refused(
                        409,
                        "Conflict",
                        "Apply failed with 1 conflict: conflict with \"editor\" with subresource \"scale\" using apps/v1:"
                                + " .spec.replicas");
        applyScale("fieldManager=scaler", "{replicas: 3}")
                .refused(
                        409,
                        "Conflict",
                        "Apply failed with 1 conflict: conflict with \"editor\" with subresource \"scale\" using"
                                + " autoscaling/v1: .spec.replicas");

        Reply shared = applyScale("fieldManager=scaler", "{replicas: 4}").expect(200);
        Reply again = applyScale("fieldManager=scaler", "{replicas: 4}").expect(200);
        assertThat(again.resourceVersion()).isEqualTo(shared.resourceVersion());
        assertThat(admin.get(deployment).json().at("/metadata/managedFields").findValuesAsText("manager"))
                .containsExactly("scaler", "one", "editor");
        assertThat(applyDeployment("one", "").expect(200).at("/spec/replicas")).isEqualTo("4");
    }

    @Test
    void theScaleOfACustomResourceOwnsItsOwnPath() throws Exception {
        String group = "applied.example.com";
        admin.send(
                        "POST",
                        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                        Samples.shipDefinition(group).getBytes(StandardCharsets.UTF_8))
                .expect(201);
        String ships = "/apis/" + group + "/v1/namespaces/" + cluster.namespace() + "/ships";
        Awaitility.await().until(() -> admin.get(ships).code() == 200);
        String ship = "{apiVersion: '%s/v1', kind: 'Ship', metadata: {name: 'argo'}, spec: {%s}}";
        String argo = ships + "/argo";
        admin.patch(argo + "?fieldManager=one", Rest.APPLY_PATCH, ship, group, "oars: 50")
                .expect(201);

        String scale = "{apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: {name: 'argo'}, spec: {replicas: %d}}";
        admin.patch(argo + "/scale?fieldManager=scaler", Rest.APPLY_PATCH, scale, 30)
                .refused(409, "Conflict", "Apply failed with 1 conflict: conflict with \"one\": .spec.replicas");
        admin.patch(argo + "/scale?fieldManager=scaler&force=true", Rest.APPLY_PATCH, scale, 30)
                .expect(200);
        Reply scaled = admin.get(argo).expect(200);
        assertThat(scaled.at("/spec/oars")).isEqualTo("30");
        assertThat(scaled.json().at("/metadata/managedFields"))
                .singleElement()
                .isEqualTo(Json.object(
                        "{manager: 'scaler', operation: 'Apply', apiVersion: '%s/v1', fieldsType: 'FieldsV1',"
                                + " fieldsV1: {'f:spec': {'f:oars': {}}}, subresource: 'scale'}",
                        group));

        admin.patch(argo, Rest.JSON_PATCH, "[{op: 'remove', path: '/spec/oars'}]")
                .expect(200);
        admin.patch(argo + "/scale", Rest.MERGE_PATCH, "{metadata: {labels: {a: 'b'}}}")
                .refused(400, "BadRequest", "the spec replicas field \".spec.oars\" cannot be empty");
        admin.patch(argo + "/scale", Rest.MERGE_PATCH, "{spec: {replicas: 8}}").expect(200);
        assertThat(admin.get(argo).at("/spec/oars")).isEqualTo("8");
    }

    @Test
    void badScalesAreNotApplied() throws Exception {
        applyScale("fieldManager=scaler", "{replicas: 3}").refused(404, "NotFound", "deployments.apps \"d\" not found");
        applyDeployment("one", "").expect(201);
        applyScale("force=true", "{replicas: 3}").expect(422);
        applyScale("fieldManager=scaler&force=true", "{replicas: -3}")
                .refused(
                        422,
                        "Invalid",
                        "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -3: must be greater than or equal to 0");
        admin.patch(
                        deployment + "/scale?fieldManager=scaler",
                        Rest.APPLY_PATCH,
                        "{apiVersion: 'apps/v1', kind: 'Scale', metadata: {name: 'd'}, spec: {replicas: 3}}")
                .expect(400);
        assertThat(admin.get(deployment).at("/spec/replicas")).isEqualTo("1");
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
