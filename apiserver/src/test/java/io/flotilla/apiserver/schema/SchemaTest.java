package io.flotilla.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.Decoded;
import io.flotilla.apiserver.codec.JsonCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SchemaTest {
    private static final Schema SCHEMA = Schema.load();
    private static final ResourceInfo PODS = SCHEMA.resource("", "v1", "pods").orElseThrow();
    private static final ResourceInfo DEPLOYMENTS =
            SCHEMA.resource("apps", "v1", "deployments").orElseThrow();

    static ObjectNode object(String json) {
        return JsonCodec.decode(json.getBytes(StandardCharsets.UTF_8)).object();
    }

    private static List<String> problems(ResourceInfo resource, ObjectNode object) {
        return SCHEMA.pruneAndValidate(resource, object).stream()
                .map(FieldProblem::message)
                .toList();
    }

    @Test
    void tellsTheResourcesThatAreServedByDefault() {
        assertThat(SCHEMA.resources()).hasSize(68);
        assertThat(SCHEMA.resource("resource.k8s.io", "v1beta1", "resourceclaims"))
                .isEmpty();
        assertThat(DEPLOYMENTS.shortNames()).containsExactly("deploy");
        assertThat(DEPLOYMENTS.subresources()).containsExactly("scale", "status");
        assertThat(DEPLOYMENTS.storagePrefix()).isEqualTo("/registry/deployments");
        ResourceInfo autoscalers =
                SCHEMA.resource("autoscaling", "v1", "horizontalpodautoscalers").orElseThrow();
        assertThat(autoscalers.isStorageVersion()).isFalse();
        assertThat(SCHEMA.storageResource(autoscalers).version()).isEqualTo("v2");
        assertThat(SCHEMA.kind("v1", "Status").orElseThrow().name()).isEqualTo("meta/v1.Status");
        assertThat(SCHEMA.kind("rbac.authorization.k8s.io/v1", "Role")
                        .orElseThrow()
                        .name())
                .isEqualTo("rbac/v1.Role");
    }

    @Test
    void everyTypeOfTheTableCanBeRead() {
        assertThat(SCHEMA.types())
                .hasSizeGreaterThan(900)
                .allSatisfy(type -> assertThat(type.fields()).isNotNull());
    }

    @TestFactory
    Stream<DynamicTest> everyFixtureIsCanonicalAlready() {
        return SharedFacts.fixtures("json").stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    ObjectNode object =
                            JsonCodec.decode(Files.readAllBytes(file)).object();
                    ObjectNode original = object.deepCopy();
                    StructType type = SCHEMA.kind(
                                    object.path("apiVersion").asText("v1"),
                                    object.path("kind").asText(SharedFacts.kind(file)))
                            .orElseThrow();
                    assertThat(SCHEMA.pruneAndValidate(type, object)).isEmpty();
                    assertThat(object).isEqualTo(original);
                }));
    }

    @Test
    void unknownFieldsAreRemovedAndToldWithTheirPath() {
        ObjectNode pod = object("""
                {"apiVersion":"v1","kind":"Pod","extra":1,"metadata":{"name":"a","labels":{"x":"y"}},
                 "spec":{"foo":1,"containers":[{"name":"c","image":"i"},{"name":"d","imagePolicy":"x"}]}}""");
        assertThat(problems(PODS, pod))
                .containsExactly(
                        "unknown field \"extra\"",
                        "unknown field \"spec.foo\"",
                        "unknown field \"spec.containers[1].imagePolicy\"");
        assertThat(pod.has("extra")).isFalse();
        assertThat(pod.path("spec").has("foo")).isFalse();
    }

    @Test
    void repeatedFieldsAreToldWithTheirPath() {
        Decoded decoded = JsonCodec.decode("{\"spec\":{\"replicas\":1,\"replicas\":2},\"a\":[{\"b\":1,\"b\":2}]}"
                .getBytes(StandardCharsets.UTF_8));
        assertThat(decoded.duplicates().stream().map(FieldProblem::message))
                .containsExactly("duplicate field \"spec.replicas\"", "duplicate field \"a[0].b\"");
        assertThat(decoded.object().path("spec").path("replicas").asInt()).isEqualTo(2);
    }

    @Test
    void wrongTypesFailWithTheWordsOfGo() {
        assertThatThrownBy(() -> SCHEMA.pruneAndValidate(DEPLOYMENTS, object("{\"spec\":{\"replicas\":\"3\"}}")))
                .hasMessage(
                        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32");
        assertThatThrownBy(() -> SCHEMA.pruneAndValidate(DEPLOYMENTS, object("{\"spec\":{\"replicas\":1.5}}")))
                .hasMessage(
                        "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type"
                                + " int32");
        assertThatThrownBy(
                        () -> SCHEMA.pruneAndValidate(
                                DEPLOYMENTS,
                                object(
                                        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"env\":[{\"name\":\"a\",\"value\":1}]}]}}}}")))
                .hasMessage("json: cannot unmarshal number into Go struct field"
                        + " EnvVar.spec.template.spec.containers.env.value of type string");
        assertThatThrownBy(() -> SCHEMA.pruneAndValidate(PODS, object("{\"spec\":{\"containers\":{}}}")))
                .hasMessage("json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type"
                        + " []v1.Container");
        assertThatThrownBy(() -> SCHEMA.pruneAndValidate(PODS, object("{\"metadata\":{\"labels\":{\"a\":1}}}")))
                .hasMessage(
                        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string");
        assertThatThrownBy(() -> SCHEMA.pruneAndValidate(
                        PODS, object("{\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"cpu\":\"x\"}}}]}}")))
                .hasMessageStartingWith("quantities must match the regular expression");
    }

    @Test
    void valuesTakeTheirCanonicalForm() {
        ObjectNode pod = object("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","creationTimestamp":null,"labels":{}},
                 "spec":{"hostNetwork":false,"nodeName":"","automountServiceAccountToken":false,
                 "containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":1.5,"memory":"2048Ki"}}}]}}""");
        assertThat(problems(PODS, pod)).isEmpty();
        assertThat(pod).isEqualTo(object("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},
                 "spec":{"automountServiceAccountToken":false,
                 "containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1500m","memory":"2Mi"}}}]},
                 "status":{}}"""));
    }

    @Test
    void aDeploymentGetsItsDefaults() {
        ObjectNode deployment = object("""
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},
                 "spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
                 "spec":{"containers":[{"name":"c","image":"nginx:1.7.9","ports":[{"containerPort":80}]}]}}}}""");
        SCHEMA.pruneAndValidate(DEPLOYMENTS, deployment);
        SCHEMA.applyDefaults(DEPLOYMENTS, deployment);
        assertThat(deployment).isEqualTo(object("""
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},
                 "spec":{"replicas":1,"revisionHistoryLimit":10,"progressDeadlineSeconds":600,
                 "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},
                 "selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
                 "spec":{"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",
                 "securityContext":{},"schedulerName":"default-scheduler",
                 "containers":[{"name":"c","image":"nginx:1.7.9","resources":{},"imagePullPolicy":"IfNotPresent",
                 "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
                 "ports":[{"containerPort":80,"protocol":"TCP"}]}]}}},"status":{}}"""));
        ObjectNode again = deployment.deepCopy();
        SCHEMA.pruneAndValidate(DEPLOYMENTS, again);
        SCHEMA.applyDefaults(DEPLOYMENTS, again);
        assertThat(again).isEqualTo(deployment);
    }

    @Test
    void computedDefaultsFollowOtherFields() {
        ObjectNode service = object("""
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},
                 "spec":{"type":"NodePort","sessionAffinity":"ClientIP","ports":[{"port":80}]}}""");
        SCHEMA.applyDefaults(SCHEMA.resource("", "v1", "services").orElseThrow(), service);
        assertThat(service.path("spec")).isEqualTo(object("""
                {"type":"NodePort","sessionAffinity":"ClientIP",
                 "sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}},
                 "ports":[{"port":80,"protocol":"TCP","targetPort":80}],
                 "internalTrafficPolicy":"Cluster","externalTrafficPolicy":"Cluster"}"""));

        ObjectNode secret = object("{\"data\":{\"a\":\"YQ==\"},\"stringData\":{\"b\":\"b\"}}");
        SCHEMA.applyDefaults(SCHEMA.resource("", "v1", "secrets").orElseThrow(), secret);
        assertThat(secret).isEqualTo(object("{\"data\":{\"a\":\"YQ==\",\"b\":\"Yg==\"},\"type\":\"Opaque\"}"));

        ObjectNode pod = object("""
                {"spec":{"hostNetwork":true,"volumes":[{"name":"v"}],"containers":[{"name":"c","image":"a/b",
                 "ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"1"}}}]}}""");
        SCHEMA.applyDefaults(PODS, pod);
        assertThat(pod.at("/spec/containers/0/resources/requests/cpu").asText()).isEqualTo("1");
        assertThat(pod.at("/spec/containers/0/imagePullPolicy").asText()).isEqualTo("Always");
        assertThat(pod.at("/spec/containers/0/ports/0/hostPort").asInt()).isEqualTo(80);
        assertThat(pod.at("/spec/volumes/0/emptyDir").isObject()).isTrue();
        assertThat(pod.at("/spec/enableServiceLinks").asBoolean()).isTrue();

        ObjectNode job = object("{\"metadata\":{},\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}}}}}");
        SCHEMA.applyDefaults(SCHEMA.resource("batch", "v1", "jobs").orElseThrow(), job);
        assertThat(job.at("/spec/backoffLimit").asInt()).isEqualTo(6);
        assertThat(job.at("/spec/completions").asInt()).isEqualTo(1);
        assertThat(job.at("/metadata/labels/a").asText()).isEqualTo("b");
    }

    @Test
    void everyDefaultOfTheFactsIsInTheTableOrInCode() throws IOException {
        FunctionDefaults functions = new FunctionDefaults(java.time.Clock.systemUTC());
        List<String> elsewhere = List.of("core/v1.(imageRef)", "core/v1.ResourceList", "core/v1.PodLogOptions");
        List<String> missing = Files.readAllLines(SharedFacts.facts("defaults.tsv")).stream()
                .skip(1)
                .map(line -> line.split("\t", -1))
                .filter(row -> !row[4].contains(",off)") && !row[3].equals("unset"))
                .filter(row -> !elsewhere.contains(row[0] + "." + row[1]))
                .filter(row -> !(row[3].equals("{}") || row[3].equals("\"\"")))
                // The DaemonSet's own rules advance its template generation.
                .filter(row -> !row[2].contains("deprecated.daemonset.template.generation"))
                .filter(row -> {
                    String name = row[0] + "." + row[1];
                    return !functions.handles(name)
                            && SCHEMA.named(name).orElseThrow().defaults().stream()
                                    .noneMatch(rule ->
                                            String.join(".", rule.path()).equals(row[2]));
                })
                .map(row -> String.join(" ", row))
                .toList();
        assertThat(missing).isEmpty();
    }

    @Test
    void selectableFieldsAreReadOffObjects() {
        FieldSelectors pods = SCHEMA.fieldSelectors(PODS);
        ObjectNode pod = object("{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\"},\"spec\":{\"nodeName\":\"x\"}}");
        assertThat(pods.value(pod, "spec.nodeName")).isEqualTo("x");
        assertThat(pods.value(pod, "spec.hostNetwork")).isEqualTo("false");
        assertThat(pods.value(pod, "status.phase")).isEmpty();
        assertThat(pods.supports("spec.foo")).isFalse();
        assertThat(pods.unsupported("spec.foo")).isEqualTo("field label not supported: spec.foo");
        assertThat(SCHEMA.fieldSelectors(SCHEMA.resource("", "v1", "configmaps").orElseThrow())
                        .unsupported("data.a"))
                .isEqualTo("\"data.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }
}
