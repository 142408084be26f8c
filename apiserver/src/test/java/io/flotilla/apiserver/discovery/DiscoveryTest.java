package io.flotilla.apiserver.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.SharedFacts;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class DiscoveryTest {
    private static final String V2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static final String KUBECTL =
            V2 + ",application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    private final Discovery discovery = new Discovery(Schema.load());

    private static JsonNode json(Document document) {
        return JsonCodec.decodeAny(document.body());
    }

    private static JsonNode live(String name) throws IOException {
        return JsonCodec.decodeAny(Files.readAllBytes(SharedFacts.facts("live/" + name)));
    }

    @Test
    void aggregatedDocumentsAreThoseOfARealServer() throws IOException {
        assertThat(json(discovery.api(KUBECTL, "127.0.0.1:6443"))).isEqualTo(live("discovery-api.json"));
        assertThat(json(discovery.apis(KUBECTL))).isEqualTo(live("discovery-apis.json"));
    }

    @Test
    void theAcceptHeaderPicksTheForm() {
        Document aggregated = discovery.apis(KUBECTL);
        assertThat(aggregated.contentType()).isEqualTo(V2);
        assertThat(discovery.apis(KUBECTL.substring(V2.length() + 1)).contentType())
                .isEqualTo("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList");
        assertThat(json(discovery.apis("application/json, */*")).path("kind").asText())
                .isEqualTo("APIGroupList");
        assertThat(json(discovery.apis("")).path("kind").asText()).isEqualTo("APIGroupList");
        assertThat(discovery.apis(KUBECTL).etag())
                .isEqualTo(aggregated.etag())
                .isNotEqualTo(discovery.apis("").etag());
    }

    @Test
    void legacyDocumentsTellTheSame() {
        JsonNode versions = json(discovery.api("", "127.0.0.1:6443"));
        assertThat(versions.at("/versions/0").asText()).isEqualTo("v1");
        JsonNode groups = json(discovery.apis(""));
        assertThat(groups.path("groups").findValuesAsText("name")).startsWith("apiregistration.k8s.io", "apps");
        JsonNode autoscaling = json(discovery.group("autoscaling").orElseThrow());
        assertThat(autoscaling.at("/preferredVersion/version").asText()).isEqualTo("v2");
        assertThat(autoscaling.path("versions").findValuesAsText("version")).containsExactly("v2", "v1");
        JsonNode apps = json(discovery.resources("apps", "v1").orElseThrow());
        assertThat(apps.path("groupVersion").asText()).isEqualTo("apps/v1");
        assertThat(apps.path("resources").findValuesAsText("name"))
                .contains("deployments", "deployments/scale", "deployments/status");
        JsonNode scale = apps.path("resources").get(4);
        assertThat(scale.toString())
                .isEqualTo("{\"name\":\"deployments/scale\",\"singularName\":\"\",\"namespaced\":true,"
                        + "\"group\":\"autoscaling\",\"version\":\"v1\",\"kind\":\"Scale\","
                        + "\"verbs\":[\"get\",\"patch\",\"update\"]}");
        assertThat(discovery.resources("apps", "v2")).isEmpty();
        assertThat(discovery.group("nope")).isEmpty();
    }
}
