package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(Cluster.class)
class ListsIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private String namespace = "";
    private String configMaps = "";

    ListsIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
        configMaps = "/api/v1/namespaces/" + namespace + "/configmaps";
    }

    private Reply create(String name, String labels) throws Exception {
        return admin.post(configMaps, Json.object("{metadata: {name: '%s', labels: {%s}}}", name, labels))
                .expect(201);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void aListHasAVersionAndItemsWithoutKind() throws Exception {
        create("b", "");
        create("a", "");
        Reply list = admin.get(configMaps).expect(200);
        assertThat(list.at("/kind")).isEqualTo("ConfigMapList");
        assertThat(list.at("/apiVersion")).isEqualTo("v1");
        assertThat(list.resourceVersion()).matches("[1-9][0-9]*");
        assertThat(list.names()).containsExactly("a", "b");
        assertThat(list.json().at("/items/0").has("kind")).isFalse();
        assertThat(list.json().at("/items/0").has("apiVersion")).isFalse();
        assertThat(admin.get("/api/v1/namespaces/nowhere/configmaps")
                        .expect(200)
                        .text())
                .contains("\"items\":[]");
    }

    @Test
    void pagesShowOneMomentAndTellWhatRemains() throws Exception {
        for (int i = 0; i < 5; i++) {
            create("c" + i, "");
        }
        Reply first = admin.get(configMaps + "?limit=2").expect(200);
        assertThat(first.names()).containsExactly("c0", "c1");
        assertThat(first.at("/metadata/remainingItemCount")).isEqualTo("3");
        admin.delete(configMaps + "/c3").expect(200);
        create("c2a", "");
        Reply second = admin.get(configMaps + "?limit=2&continue=" + first.at("/metadata/continue"))
                .expect(200);
        assertThat(second.names()).containsExactly("c2", "c3");
        assertThat(second.resourceVersion()).isEqualTo(first.resourceVersion());
        assertThat(second.at("/metadata/remainingItemCount")).isEqualTo("1");
        Reply third = admin.get(configMaps + "?limit=2&continue=" + second.at("/metadata/continue"))
                .expect(200);
        assertThat(third.names()).containsExactly("c4");
        assertThat(third.json().path("metadata").has("continue")).isFalse();
        assertThat(third.json().path("metadata").has("remainingItemCount")).isFalse();
        assertThat(admin.get(configMaps + "?limit=5&labelSelector=" + encoded("!x"))
                        .expect(200)
                        .names())
                .hasSize(5);
        assertThat(admin.get(configMaps + "?limit=2&labelSelector=" + encoded("!x"))
                        .expect(200)
                        .json()
                        .path("metadata")
                        .has("remainingItemCount"))
                .isFalse();
    }

    @Test
    void badPagesAreRefused() throws Exception {
        admin.get(configMaps + "?limit=abc")
                .refused(400, "BadRequest", "strconv.ParseInt: parsing \"abc\": invalid syntax");
        assertThat(admin.get(configMaps + "?continue=rubbish").expect(400).at("/message"))
                .startsWith("invalid continue token: continue key is not valid: ");
        create("a", "");
        create("b", "");
        String token = admin.get(configMaps + "?limit=1").at("/metadata/continue");
        admin.get(configMaps + "?limit=1&resourceVersion=5&continue=" + token)
                .refused(400, "BadRequest", "specifying resource version is not allowed when using continue");
    }

    @Test
    void pagesGoOnAfterCompactionIfTheClientTakesAnotherMoment() throws Exception {
        for (int i = 0; i < 4; i++) {
            create("c" + i, "");
        }
        Reply first = admin.get(configMaps + "?limit=2").expect(200);
        admin.delete(configMaps + "/c2").expect(200);
        try (Cluster.Another forgetful = cluster.forgetful()) {
            Reply second = forgetful.client().get(configMaps + "?limit=2&continue=" + first.at("/metadata/continue"));
            second.refused(
                    410,
                    "Expired",
                    "The provided continue parameter is too old to display a consistent list result. You can start a new"
                            + " list without the continue parameter, or use the continue token in this response to retrieve"
                            + " the remainder of the results. Continuing with the provided token results in an inconsistent"
                            + " list - objects that were created, modified, or deleted between the time the first chunk was"
                            + " returned and now may show up in the list.");
            Reply rest = forgetful
                    .client()
                    .get(configMaps + "?limit=2&continue=" + second.at("/metadata/continue"))
                    .expect(200);
            assertThat(rest.names()).containsExactly("c3");
            assertThat(Long.parseLong(rest.resourceVersion())).isGreaterThan(Long.parseLong(first.resourceVersion()));
        }
    }

    @Test
    void versionsSayHowOldAListMayBe() throws Exception {
        String before = create("a", "").resourceVersion();
        create("b", "");
        assertThat(admin.get(configMaps).names()).containsExactly("a", "b");
        assertThat(admin.get(configMaps + "?resourceVersion=0").expect(200).names())
                .contains("a");
        assertThat(admin.get(configMaps + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + before)
                        .expect(200)
                        .names())
                .containsExactly("a", "b");
        Reply exact = admin.get(configMaps + "?resourceVersionMatch=Exact&resourceVersion=" + before)
                .expect(200);
        assertThat(exact.names()).containsExactly("a");
        assertThat(exact.resourceVersion()).isEqualTo(before);
        Reply page =
                admin.get(configMaps + "?limit=5&resourceVersion=" + before).expect(200);
        assertThat(page.names()).containsExactly("a");
        assertThat(admin.get(configMaps + "/b?resourceVersion=" + before)
                        .expect(200)
                        .name())
                .isEqualTo("b");
    }

    @Test
    void versionsThatAreNotThereYetTimeOut() throws Exception {
        create("a", "");
        Reply refused = admin.get(configMaps + "?resourceVersion=99999999").expect(504);
        assertThat(refused.at("/reason")).isEqualTo("Timeout");
        assertThat(refused.at("/message")).matches("Timeout: Too large resource version: 99999999, current: \\d+");
        assertThat(refused.at("/details/causes/0/reason")).isEqualTo("ResourceVersionTooLarge");
        assertThat(refused.at("/details/causes/0/message")).isEqualTo("Too large resource version");
        assertThat(refused.at("/details/retryAfterSeconds")).isEqualTo("1");
        assertThat(refused.header("retry-after")).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    resourceVersionMatch=Exact | resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided
                    resourceVersionMatch=Exact&resourceVersion=0 | resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"
                    resourceVersionMatch=Some&resourceVersion=1 | resourceVersionMatch: Unsupported value: "Some": supported values: "Exact", "NotOlderThan", ""
                    resourceVersionMatch=Exact&resourceVersion=1&continue=x | resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided
                    sendInitialEvents=true | sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list
                    watch=1&resourceVersionMatch=NotOlderThan | resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided
                    watch=1&sendInitialEvents=true | resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan
                    """)
    void contradictingOptionsAreInvalid(String query, String finding) throws Exception {
        admin.get(configMaps + "?" + query)
                .refused(422, "Invalid", "ListOptions.meta.k8s.io \"\" is invalid: " + finding);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tier=front          | a
                    tier==front         | a
                    tier!=front         | b c d
                    tier                | a b
                    !tier               | c d
                    tier in (front,back)| a b
                    tier notin (front)  | b c d
                    n>5                 | d
                    n<5                 | c
                    tier,n>0            | ''
                    example.com/x=y     | c
                    tier in (front),tier!=back | a
                    tier=               | ''
                    """)
    void labelSelectorsHaveAllOperators(String selector, String names) throws Exception {
        create("a", "tier: 'front'");
        create("b", "tier: 'back'");
        create("c", "n: '3', 'example.com/x': 'y'");
        create("d", "n: '7'");
        List<String> expected = names.isEmpty() ? List.of() : List.of(names.split(" "));
        assertThat(admin.get(configMaps + "?labelSelector=" + encoded(selector))
                        .expect(200)
                        .names())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    a b       | unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt
                    a in b    | unable to parse requirement: found 'b', expected: '('
                    =         | unable to parse requirement: found '=', expected: !, identifier, or 'end of string'
                    a,        | found '', expected: identifier after ','
                    """)
    void badLabelSelectorsAreRefused(String selector, String message) throws Exception {
        admin.get(configMaps + "?labelSelector=" + encoded(selector)).refused(400, "BadRequest", message);
    }

    @Test
    void fieldSelectorsSelectByNameAndNamespaceEverywhere() throws Exception {
        create("a", "");
        create("b", "");
        assertThat(admin.get(configMaps + "?fieldSelector=metadata.name%3Da").names())
                .containsExactly("a");
        assertThat(admin.get(configMaps + "?fieldSelector=metadata.name!%3Da").names())
                .containsExactly("b");
        assertThat(admin.get("/api/v1/configmaps?fieldSelector=" + encoded("metadata.namespace=" + namespace))
                        .names())
                .containsExactly("a", "b");
        admin.get(configMaps + "?fieldSelector=spec.x%3Dy")
                .refused(
                        400,
                        "BadRequest",
                        "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        assertThat(admin.get(configMaps + "?fieldSelector=nonsense").expect(400).at("/message"))
                .isEqualTo("invalid selector: 'nonsense'; can't understand 'nonsense'");
    }

    @Test
    void fieldSelectorsSelectByWhatTheKindOffers() throws Exception {
        String pods = "/api/v1/namespaces/" + namespace + "/pods";
        for (String spec :
                List.of("nodeName: 'n1'", "restartPolicy: 'Never'", "schedulerName: 'mine'", "hostNetwork: true")) {
            String name = spec.substring(0, spec.indexOf(':')).toLowerCase(Locale.ROOT);
            admin.post(
                            pods,
                            Json.object(
                                    "{metadata: {name: '%s'}, spec: {%s, containers: [{name: 'c', image: 'i'}]}}",
                                    name, spec))
                    .expect(201);
        }
        admin.patch(
                        pods + "/nodename/status",
                        Rest.MERGE_PATCH,
                        "{status: {phase: 'Running', podIP: '10.1.2.3', podIPs: [{ip: '10.1.2.3'}]}}")
                .expect(200);
        assertThat(podsWith(pods, "spec.nodeName=n1")).containsExactly("nodename");
        assertThat(podsWith(pods, "spec.restartPolicy=Never")).containsExactly("restartpolicy");
        assertThat(podsWith(pods, "spec.schedulerName=mine")).containsExactly("schedulername");
        assertThat(podsWith(pods, "spec.hostNetwork=true")).containsExactly("hostnetwork");
        assertThat(podsWith(pods, "spec.serviceAccountName=default")).hasSize(4);
        assertThat(podsWith(pods, "status.phase=Running")).containsExactly("nodename");
        assertThat(podsWith(pods, "status.phase!=Running,spec.restartPolicy!=Never"))
                .containsExactly("hostnetwork", "schedulername");
        assertThat(podsWith(pods, "status.podIP=10.1.2.3")).containsExactly("nodename");
        assertThat(podsWith(pods, "status.nominatedNodeName=")).hasSize(4);
        admin.get(pods + "?fieldSelector=spec.color%3Dred")
                .refused(400, "BadRequest", "field label not supported: spec.color");
    }

    private List<String> podsWith(String pods, String selector) throws Exception {
        return admin.get(pods + "?fieldSelector=" + encoded(selector))
                .expect(200)
                .names();
    }

    @Test
    void listsComeAsTables() throws Exception {
        create("a", "");
        create("b", "");
        Reply table = admin.get(configMaps + "?limit=1", "accept", Rest.TABLE + ",application/json")
                .expect(200);
        assertThat(table.header("content-type")).isEqualTo("application/json");
        assertThat(table.at("/kind")).isEqualTo("Table");
        assertThat(table.at("/apiVersion")).isEqualTo("meta.k8s.io/v1");
        List<String> columns = new ArrayList<>();
        table.json()
                .path("columnDefinitions")
                .forEach(each -> columns.add(each.path("name").asText()));
        assertThat(columns).containsExactly("Name", "Data", "Age");
        assertThat(table.json().path("rows")).hasSize(1);
        JsonNode row = table.json().at("/rows/0");
        assertThat(row.at("/cells/0").asText()).isEqualTo("a");
        assertThat(row.at("/cells/1").asInt(-1)).isZero();
        assertThat(row.at("/object/kind").asText()).isEqualTo("PartialObjectMetadata");
        assertThat(table.at("/metadata/continue")).isNotEmpty();
        assertThat(table.at("/metadata/remainingItemCount")).isEqualTo("1");
        assertThat(admin.get(configMaps + "?includeObject=Object", "accept", Rest.TABLE)
                        .at("/rows/0/object/kind"))
                .isEqualTo("ConfigMap");
        assertThat(admin.get(configMaps + "?includeObject=None", "accept", Rest.TABLE)
                        .json()
                        .at("/rows/0")
                        .has("object"))
                .isFalse();
        assertThat(admin.get(configMaps + "?includeObject=All", "accept", Rest.TABLE)
                        .expect(400)
                        .at("/reason"))
                .isEqualTo("BadRequest");
        assertThat(admin.get(configMaps + "/a", "accept", Rest.TABLE).json().path("rows"))
                .hasSize(1);
    }

    @Test
    void listsComeAsMetadataAlone() throws Exception {
        create("a", "x: 'y'");
        Reply list = admin.get(configMaps, "accept", Rest.METADATA_LIST).expect(200);
        assertThat(list.at("/kind")).isEqualTo("PartialObjectMetadataList");
        assertThat(list.at("/apiVersion")).isEqualTo("meta.k8s.io/v1");
        assertThat(list.at("/items/0/metadata/labels/x")).isEqualTo("y");
        assertThat(list.at("/items/0/kind")).isEqualTo("PartialObjectMetadata");
        Reply one = admin.get(configMaps + "/a", "accept", Rest.METADATA).expect(200);
        assertThat(one.at("/kind")).isEqualTo("PartialObjectMetadata");
        Reply protobuf = admin.get(
                        configMaps,
                        "accept",
                        "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
                .expect(200);
        assertThat(protobuf.text()).startsWith("k8s\0").contains("PartialObjectMetadataList");
    }
}
