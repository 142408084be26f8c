package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Discovery and OpenAPI documents. */
@ExtendWith(Cluster.class)
class DiscoveryIT {
    private static final String AGGREGATED =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    private final Rest admin;

    DiscoveryIT(Cluster.Running cluster) {
        this.admin = cluster.admin();
    }

    @Test
    void legacyDiscoveryListsVersionsGroupsAndResources() throws Exception {
        assertThat(admin.get("/api").expect(200).json().path("versions")).hasSize(1);
        assertThat(admin.get("/api").at("/kind")).isEqualTo("APIVersions");
        assertThat(admin.get("/api").at("/serverAddressByClientCIDRs/0/clientCIDR"))
                .isEqualTo("0.0.0.0/0");
        Reply groups = admin.get("/apis").expect(200);
        assertThat(groups.at("/kind")).isEqualTo("APIGroupList");
        assertThat(groups.json().path("groups").findValuesAsText("name"))
                .contains("apps", "batch", "rbac.authorization.k8s.io");
        Reply core = admin.get("/api/v1").expect(200);
        assertThat(core.at("/kind")).isEqualTo("APIResourceList");
        assertThat(core.at("/groupVersion")).isEqualTo("v1");
        List<String> names = core.json().path("resources").findValuesAsText("name");
        assertThat(names).contains("pods", "pods/log", "pods/binding", "nodes/proxy", "bindings");
        assertThat(admin.get("/apis/apps").expect(200).at("/preferredVersion/groupVersion"))
                .isEqualTo("apps/v1");
        assertThat(admin.get("/apis/apps/v1")
                        .expect(200)
                        .json()
                        .path("resources")
                        .findValuesAsText("name"))
                .contains("deployments/scale");
    }

    @Test
    void aggregatedDiscoveryAnswersAllAtOnceAndNotAgain() throws Exception {
        for (String path : new String[] {"/api", "/apis"}) {
            Reply all = admin.get(path, "accept", AGGREGATED).expect(200);
            assertThat(all.at("/kind")).isEqualTo("APIGroupDiscoveryList");
            assertThat(all.at("/apiVersion")).isEqualTo("apidiscovery.k8s.io/v2");
            assertThat(all.header("content-type"))
                    .isEqualTo("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
            assertThat(all.header("vary")).contains("Accept");
            String etag = all.header("etag");
            assertThat(etag).matches("\"[0-9A-F]{128}\"");
            Reply again = admin.get(path, "accept", AGGREGATED, "if-none-match", etag);
            assertThat(again.code()).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            admin.get(path, "accept", AGGREGATED, "if-none-match", "\"other\"").expect(200);
        }
    }

    @Test
    void everyListedResourceAnswers() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String root : new String[] {"/api", "/apis"}) {
            for (JsonNode group : admin.get(root, "accept", AGGREGATED).json().path("items")) {
                for (JsonNode version : group.path("versions")) {
                    String base = root.equals("/api")
                            ? "/api/v1/"
                            : "/apis/" + group.at("/metadata/name").asText() + "/"
                                    + version.path("version").asText() + "/";
                    for (JsonNode resource : version.path("resources")) {
                        boolean listed = resource.path("verbs")
                                .valueStream()
                                .anyMatch(verb -> verb.asText().equals("list"));
                        String path = base + resource.path("resource").asText();
                        int code = admin.get(path + "?limit=1").code();
                        if (code != (listed ? 200 : 405)) {
                            wrong.add(path + " " + code);
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void openApiV3IsReachedByItsHashes() throws Exception {
        JsonNode paths = admin.get("/openapi/v3").expect(200).json().path("paths");
        assertThat(paths.has("api/v1")).isTrue();
        String url = paths.at("/apis~1apps~1v1/serverRelativeURL").asText();
        assertThat(url).matches("/openapi/v3/apis/apps/v1\\?hash=[0-9A-F]{128}");
        Reply document = admin.get(url).expect(200);
        assertThat(document.at("/openapi")).isEqualTo("3.0.0");
        assertThat(document.json().at("/components/schemas").has("io.k8s.api.apps.v1.Deployment"))
                .isTrue();
        assertThat(document.header("etag")).isNotEmpty();
        assertThat(admin.get(url, "if-none-match", document.header("etag")).code())
                .isEqualTo(304);
        admin.get("/openapi/v3/apis/none/v1").expect(404);
    }

    @Test
    void openApiV2ComesAsJsonAndAsProtobufWithATypeThatClientsCanRead() throws Exception {
        JsonNode swagger = admin.get("/openapi/v2", "accept", "application/json")
                .expect(200)
                .json();
        assertThat(swagger.path("swagger").asText()).isEqualTo("2.0");
        assertThat(swagger.path("definitions").has("io.k8s.api.core.v1.Pod")).isTrue();
        for (String spelling : new String[] {"@", "."}) {
            Reply protobuf = admin.get(
                            "/openapi/v2",
                            "accept",
                            "application/com.github.proto-openapi.spec.v2" + spelling + "v1.0+protobuf")
                    .expect(200);
            assertThat(protobuf.header("content-type"))
                    .isEqualTo("application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
            assertThat(protobuf.body()).startsWith(0x0a, 0x03, '2', '.', '0');
        }
    }

    @Test
    void openApiReferencesLeadSomewhere() throws Exception {
        JsonNode paths = admin.get("/openapi/v3").json().path("paths");
        for (Iterator<String> names = paths.fieldNames(); names.hasNext(); ) {
            JsonNode document = admin.get(
                            paths.path(names.next()).path("serverRelativeURL").asText())
                    .json();
            // A property may be called $ref as well: it is an object then.
            for (String reference : document.findValuesAsText("$ref").stream()
                    .filter(each -> !each.isEmpty())
                    .toList()) {
                assertThat(document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse();
            }
        }
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        for (String path : new String[] {"/apis/none.example.com", "/apis/none/v1/things", "/nothing"}) {
            Reply reply = admin.get(path).expect(404);
            assertThat(reply.text()).isEqualTo("404 page not found\n");
        }
        for (String path : new String[] {
            "/api/v1/things", "/apis/apps/v2", "/apis/apps/v1/things/x", "/api/v1/namespaces/default/pods/p/none"
        }) {
            admin.get(path).refused(404, "NotFound", "the server could not find the requested resource");
        }
    }

    @Test
    void methodsThatAResourceLacksAreNotAllowed() throws Exception {
        for (String path : new String[] {"/api/v1/namespaces/default/configmaps", "/api/v1/namespaces/default/pods"}) {
            admin.put(path, Json.object("{}"))
                    .refused(
                            405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        }
        admin.post("/api/v1/pods", Json.object("{metadata: {name: 'p'}}"))
                .refused(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        admin.post("/api/v1", Json.object("{}"))
                .refused(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    @Test
    void theVersionIsThatOfKubernetes() throws Exception {
        JsonNode version = admin.get("/version").expect(200).json();
        assertThat(version.path("major").asText()).isEqualTo("1");
        assertThat(version.path("minor").asText()).isEqualTo("36");
        assertThat(version.path("gitVersion").asText()).startsWith("v1.36.");
    }
}
