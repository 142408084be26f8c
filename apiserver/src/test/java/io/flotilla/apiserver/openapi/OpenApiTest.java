package io.flotilla.apiserver.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.discovery.Document;
import io.flotilla.apiserver.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    private static final OpenApi OPENAPI = new OpenApi(Schema.load());

    private static JsonNode json(Document document) {
        return JsonCodec.decodeAny(document.body());
    }

    @Test
    void theIndexNamesEveryGroupVersionWithItsHash() {
        JsonNode paths = json(OPENAPI.v3Index(List.of())).path("paths");
        assertThat(paths.has("api/v1")).isTrue();
        assertThat(paths.path("apis/apps/v1").path("serverRelativeURL").asText())
                .isEqualTo("/openapi/v3/apis/apps/v1?hash=" + OPENAPI.hash("apis/apps/v1"));
        paths.fieldNames().forEachRemaining(path -> assertThat(OPENAPI.v3(path)).isPresent());
        assertThat(OPENAPI.v3("apis/nope/v1")).isEmpty();
    }

    @Test
    void patchOperationsTellTheirKindAndQueryParameters() {
        JsonNode patch = json(OPENAPI.v3("apis/apps/v1").orElseThrow())
                .path("paths")
                .path("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
                .path("patch");
        assertThat(patch.path("x-kubernetes-group-version-kind").toString())
                .isEqualTo("{\"group\":\"apps\",\"kind\":\"Deployment\",\"version\":\"v1\"}");
        assertThat(patch.path("x-kubernetes-action").asText()).isEqualTo("patch");
        assertThat(patch.path("parameters").findValuesAsText("name")).contains("dryRun", "fieldValidation", "force");
        assertThat(patch.path("operationId").asText()).isEqualTo("patchAppsV1NamespacedDeployment");
    }

    @Test
    void schemasCarryWhatMergingNeeds() {
        JsonNode schemas = json(OPENAPI.v3("apis/apps/v1").orElseThrow()).at("/components/schemas");
        JsonNode containers = schemas.path("io.k8s.api.core.v1.PodSpec").at("/properties/containers");
        assertThat(containers.path("x-kubernetes-patch-merge-key").asText()).isEqualTo("name");
        assertThat(containers.path("x-kubernetes-patch-strategy").asText()).isEqualTo("merge");
        assertThat(containers.path("x-kubernetes-list-type").asText()).isEqualTo("map");
        assertThat(containers.at("/x-kubernetes-list-map-keys/0").asText()).isEqualTo("name");
        assertThat(schemas.path("io.k8s.api.apps.v1.DeploymentSpec")
                        .at("/properties/strategy/x-kubernetes-patch-strategy")
                        .asText())
                .isEqualTo("retainKeys");
        assertThat(schemas.path("io.k8s.api.apps.v1.Deployment")
                        .at("/x-kubernetes-group-version-kind/0/kind")
                        .asText())
                .isEqualTo("Deployment");
        assertThat(schemas.path("io.k8s.apimachinery.pkg.util.intstr.IntOrString")
                        .path("oneOf"))
                .hasSize(2);
        assertThat(schemas.path("io.k8s.api.core.v1.Container").at("/properties/imagePullPolicy/enum"))
                .hasSize(3);
    }

    @Test
    void everyReferenceIsDefined() {
        for (JsonNode document : List.of(
                json(OPENAPI.v2("", List.of())), json(OPENAPI.v3("api/v1").orElseThrow()))) {
            List<String> dangling = new ArrayList<>();
            for (String reference : document.findValuesAsText("$ref")) {
                // JSONSchemaProps has a property of that name.
                if (reference.startsWith("#/")
                        && document.at(reference.substring(1)).isMissingNode()) {
                    dangling.add(reference);
                }
            }
            assertThat(dangling).isEmpty();
        }
    }

    @Test
    void theOldFormIsServedAsJsonAndAsProtobuf() {
        assertThat(OPENAPI.v2("application/json", List.of()).contentType()).isEqualTo("application/json");
        Document protobuf = OPENAPI.v2("application/com.github.proto-openapi.spec.v2@v1.0+protobuf", List.of());
        assertThat(protobuf.contentType()).isEqualTo(OpenApi.V2_PROTOBUF);
        assertThat(protobuf.body()).startsWith(0x0a, 3, '2', '.', '0');
        JsonNode v2 = json(OPENAPI.v2("*/*", List.of()));
        assertThat(v2.at("/definitions/io.k8s.api.core.v1.Pod/properties/spec/$ref")
                        .asText())
                .isEqualTo("#/definitions/io.k8s.api.core.v1.PodSpec");
    }
}
