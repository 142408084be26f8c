package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Cluster.class)
class WatchesIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private String configMaps = "";

    WatchesIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        configMaps = "/api/v1/namespaces/" + cluster.namespace() + "/configmaps";
    }

    private Reply create(String name, String label) throws Exception {
        return admin.post(configMaps, Json.object("{metadata: {name: '%s', labels: {x: '%s'}}}", name, label))
                .expect(201);
    }

    /** Returns once the server's cache knows what has been written: a watch tells that at once, however short it is. */
    private void settle() throws Exception {
        admin.get(configMaps).expect(200);
    }

    private Reply label(String name, String label) throws Exception {
        return admin.patch(configMaps + "/" + name, Rest.MERGE_PATCH, "{metadata: {labels: {x: '%s'}}}", label)
                .expect(200);
    }

    @Test
    void aWatchFromAVersionTellsWhatHappenedSince() throws Exception {
        String since = create("a", "1").resourceVersion();
        create("b", "1");
        try (Watch watch = admin.watch(configMaps + "?watch=true&resourceVersion=" + since)) {
            assertThat(watch.headers().firstValue("content-type")).hasValue("application/json");
            JsonNode added = watch.expect("ADDED", "b");
            assertThat(added.path("kind").asText()).isEqualTo("ConfigMap");
            String labelled = label("a", "2").resourceVersion();
            assertThat(watch.expect("MODIFIED", "a")
                            .at("/metadata/resourceVersion")
                            .asText())
                    .isEqualTo(labelled);
            admin.delete(configMaps + "/a").expect(200);
            JsonNode deleted = watch.expect("DELETED", "a");
            assertThat(deleted.at("/metadata/labels/x").asText()).isEqualTo("2");
            assertThat(deleted.at("/metadata/resourceVersion").asLong()).isGreaterThan(Long.parseLong(labelled));
        }
    }

    @Test
    void aWatchWithoutVersionBeginsWithWhatIsThere() throws Exception {
        create("a", "1");
        create("b", "1");
        for (String version : new String[] {"", "&resourceVersion=0"}) {
            try (Watch watch = admin.watch(configMaps + "?watch=1" + version)) {
                watch.expect("ADDED", "a");
                watch.expect("ADDED", "b");
                label("a", "x" + version.length());
                watch.expect("MODIFIED", "a");
            }
        }
    }

    @Test
    void streamedListsEndWithABookmark() throws Exception {
        String version = create("a", "1").resourceVersion();
        try (Watch watch = admin.watch(configMaps
                + "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan")) {
            watch.expect("ADDED", "a");
            JsonNode bookmark = watch.expect("BOOKMARK");
            assertThat(bookmark.path("kind").asText()).isEqualTo("ConfigMap");
            assertThat(bookmark.at("/metadata/annotations/k8s.io~1initial-events-end")
                            .asText())
                    .isEqualTo("true");
            assertThat(bookmark.at("/metadata/resourceVersion").asLong())
                    .isGreaterThanOrEqualTo(Long.parseLong(version));
            create("b", "1");
            watch.expect("ADDED", "b");
        }
    }

    @Test
    void bookmarksComeInTheFormThatIsWatched() throws Exception {
        String query = "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
        String end = "k8s.io/initial-events-end";
        for (String version : new String[] {"v1", "v1beta1"}) {
            try (Watch watch =
                    admin.watch(configMaps + query, "accept", Rest.METADATA.replace("v=v1", "v=" + version))) {
                JsonNode bookmark = watch.expect("BOOKMARK");
                assertThat(bookmark)
                        .isEqualTo(Json.object(
                                "{kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/%s', metadata:"
                                        + " {resourceVersion: '%s', annotations: {'%s': 'true'}}}",
                                version,
                                bookmark.at("/metadata/resourceVersion").asText(),
                                end));
            }
        }
        String pods = configMaps.replace("/configmaps", "/pods");
        try (Watch watch = admin.watch(pods + query)) {
            JsonNode bookmark = watch.expect("BOOKMARK");
            assertThat(bookmark)
                    .isEqualTo(Json.object(
                            "{kind: 'Pod', apiVersion: 'v1', metadata: {resourceVersion: '%s', annotations: {'%s':"
                                    + " 'true'}}, spec: {containers: null}, status: {}}",
                            bookmark.at("/metadata/resourceVersion").asText(), end));
        }
        try (Watch watch = admin.watch(configMaps + query, "accept", Rest.TABLE)) {
            JsonNode table = watch.expect("BOOKMARK");
            assertThat(table.path("kind").asText()).isEqualTo("Table");
            assertThat(table.path("columnDefinitions")).isNotEmpty();
            assertThat(table.at("/rows/0/object/metadata/annotations/k8s.io~1initial-events-end")
                            .asText())
                    .isEqualTo("true");
        }
    }

    @Test
    void everyKindHasARowForItsBookmarks() throws Exception {
        String query = "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
        for (String path : watched()) {
            try (Watch watch = admin.watch(path + query, "accept", Rest.TABLE)) {
                JsonNode event = watch.next();
                while (event.path("type").asText().equals("ADDED")) {
                    event = watch.next();
                }
                assertThat(event.path("type").asText())
                        .as("%s of %s", event, path)
                        .isEqualTo("BOOKMARK");
                assertThat(event.at("/object/rows")).as(path).hasSize(1);
            }
        }
    }

    /** Paths of all kinds that can be watched. */
    private List<String> watched() throws Exception {
        List<String> roots = new ArrayList<>(List.of("/api/v1"));
        admin.get("/apis")
                .expect(200)
                .json()
                .path("groups")
                .forEach(group -> group.path("versions")
                        .forEach(version -> roots.add(
                                "/apis/" + version.path("groupVersion").asText())));
        List<String> paths = new ArrayList<>();
        for (String root : roots) {
            for (JsonNode resource : admin.get(root).expect(200).json().path("resources")) {
                if (resource.path("verbs").toString().contains("\"watch\"")) {
                    paths.add(root + "/" + resource.path("name").asText());
                }
            }
        }
        assertThat(paths).hasSizeGreaterThan(50);
        return paths;
    }

    @Test
    void aWatchEndsAfterItsTimeout() throws Exception {
        String version = create("a", "1").resourceVersion();
        create("b", "1");
        settle();
        try (Watch watch = admin.watch(configMaps + "?watch=1&timeoutSeconds=2&resourceVersion=" + version)) {
            watch.expect("ADDED", "b");
            assertThat(watch.ends()).isTrue();
        }
    }

    @Test
    void versionsThatAreForgottenAreTold() throws Exception {
        String version = create("a", "1").resourceVersion();
        create("b", "1");
        try (Cluster.Another forgetful = cluster.forgetful();
                Watch watch = forgetful.client().watch(configMaps + "?watch=1&resourceVersion=" + version)) {
            JsonNode status = watch.expect("ERROR");
            assertThat(status.path("code").asInt()).isEqualTo(410);
            assertThat(status.path("reason").asText()).isEqualTo("Expired");
            assertThat(status.path("message").asText()).matches("too old resource version: " + version + " \\(\\d+\\)");
            assertThat(watch.ends()).isTrue();
        }
    }

    @Test
    void streamedListsFromVersionsToComeTimeOut() throws Exception {
        Reply refused = admin.get(configMaps
                + "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
                + "&resourceVersion=99999999");
        assertThat(refused.expect(504).at("/message"))
                .startsWith("Timeout: Too large resource version: 99999999, current: ");
    }

    @Test
    void oneObjectIsWatchedByNameInPathOrSelector() throws Exception {
        String version = create("a", "1").resourceVersion();
        String query = "&resourceVersion=" + version;
        try (Watch byPath = admin.watch(configMaps + "/a?watch=true" + query);
                Watch bySelector = admin.watch(configMaps + "?watch=1&fieldSelector=metadata.name%3Da" + query);
                Watch byOldPath =
                        admin.watch(configMaps.replace("/api/v1/", "/api/v1/watch/") + "/a?" + query.substring(1))) {
            create("b", "1");
            label("a", "2");
            for (Watch watch : new Watch[] {byPath, bySelector, byOldPath}) {
                watch.expect("MODIFIED", "a");
            }
        }
    }

    @Test
    void objectsThatLeaveASelectorAreDeletedForItsWatchers() throws Exception {
        String version = create("a", "1").resourceVersion();
        try (Watch watch = admin.watch(configMaps + "?watch=1&labelSelector=x%3D1&resourceVersion=" + version)) {
            String left = label("a", "2").resourceVersion();
            JsonNode deleted = watch.expect("DELETED", "a");
            assertThat(deleted.at("/metadata/labels/x").asText()).isEqualTo("1");
            assertThat(deleted.at("/metadata/resourceVersion").asText()).isEqualTo(left);
            label("a", "3");
            label("a", "1");
            watch.expect("ADDED", "a");
        }
    }

    @Test
    void fieldsSelectWatchesToo() throws Exception {
        String pods = configMaps.replace("configmaps", "pods");
        admin.post(
                        pods,
                        Json.object(
                                "{metadata: {name: 'p'}, spec: {nodeName: 'n', containers: [{name: 'c', image: 'i'}]}}"))
                .expect(201);
        try (Watch watch = admin.watch(pods + "?watch=1&fieldSelector=status.phase!%3DRunning,spec.nodeName%3Dn")) {
            watch.expect("ADDED", "p");
            admin.patch(pods + "/p/status", Rest.MERGE_PATCH, "{status: {phase: 'Running'}}")
                    .expect(200);
            watch.expect("DELETED", "p");
        }
    }

    @Test
    void protobufWatchesAreFramed() throws Exception {
        String version = create("a", "1").resourceVersion();
        try (Watch watch = admin.watch(
                configMaps + "?watch=1&resourceVersion=" + version,
                Watch::frame,
                "accept",
                "application/vnd.kubernetes.protobuf;stream=watch,application/vnd.kubernetes.protobuf")) {
            assertThat(watch.headers().firstValue("content-type"))
                    .hasValue("application/vnd.kubernetes.protobuf;stream=watch");
            create("b", "1");
            String frame = new String(watch.nextBytes(), StandardCharsets.ISO_8859_1);
            assertThat(frame).startsWith("\n\5ADDED\22").contains("k8s\0").contains("\n\1b");
        }
    }

    @Test
    void watchesComeAsTables() throws Exception {
        create("a", "1");
        try (Watch watch = admin.watch(configMaps + "?watch=1", "accept", Rest.TABLE)) {
            JsonNode first = watch.expect("ADDED");
            assertThat(first.path("kind").asText()).isEqualTo("Table");
            assertThat(first.path("columnDefinitions")).hasSize(3);
            assertThat(first.at("/rows/0/cells/0").asText()).isEqualTo("a");
            create("b", "1");
            JsonNode second = watch.expect("ADDED");
            assertThat(second.path("columnDefinitions")).isEmpty();
            assertThat(second.at("/rows/0/object/metadata/name").asText()).isEqualTo("b");
        }
    }

    @Test
    void watchesComeAsMetadataAlone() throws Exception {
        create("a", "1");
        try (Watch watch = admin.watch(configMaps + "?watch=1", "accept", Rest.METADATA)) {
            JsonNode object = watch.expect("ADDED", "a");
            assertThat(object.path("kind").asText()).isEqualTo("PartialObjectMetadata");
            assertThat(object.has("data")).isFalse();
        }
    }

    @Test
    void watchesRunOverHttp1() throws Exception {
        String version = create("a", "1").resourceVersion();
        try (Watch watch = cluster.overHttp1().watch(configMaps + "?watch=1&resourceVersion=" + version)) {
            label("a", "2");
            watch.expect("MODIFIED", "a");
        }
        settle();
        try (Watch watch =
                cluster.overHttp1().watch(configMaps + "?watch=1&timeoutSeconds=2&resourceVersion=" + version)) {
            watch.expect("MODIFIED", "a");
            assertThat(watch.ends()).isTrue();
        }
    }

    @Test
    void watchesOfManyNamespacesAndOfNoneAreTheSame() throws Exception {
        String version = create("a", "1").resourceVersion();
        try (Watch watch = admin.watch("/api/v1/configmaps?watch=1&resourceVersion=" + version)) {
            label("a", "2");
            watch.expect("MODIFIED", "a");
        }
        admin.get(configMaps + "?watch=1&resourceVersion=abc").expect(422);
    }
}
