package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Cluster.class)
class DeletionIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private String configMaps = "";
    private String pods = "";

    DeletionIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        String space = "/api/v1/namespaces/" + cluster.namespace();
        configMaps = space + "/configmaps";
        pods = space + "/pods";
    }

    private Reply create(String name, String metadata) throws Exception {
        return admin.post(configMaps, Json.object("{metadata: {name: '%s'%s}}", name, metadata))
                .expect(201);
    }

    private Reply pod(String name, String spec) throws Exception {
        return admin.post(
                        pods,
                        Json.object(
                                "{metadata: {name: '%s'}, spec: {containers: [{name: 'c', image: 'nginx'}]%s}}",
                                name, spec))
                .expect(201);
    }

    @Test
    void whatNothingHoldsGoesAtOnce() throws Exception {
        String uid = create("a", "").at("/metadata/uid");
        Reply deleted = admin.delete(configMaps + "/a").expect(200);
        assertThat(deleted.json())
                .isEqualTo(Json.object(
                        "{kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: {name: 'a', kind:"
                                + " 'configmaps', uid: '%s'}}",
                        uid));
        admin.get(configMaps + "/a").refused(404, "NotFound", "configmaps \"a\" not found");
        admin.delete(configMaps + "/a").refused(404, "NotFound", "configmaps \"a\" not found");
    }

    @Test
    void preconditionsMustHold() throws Exception {
        Reply created = create("a", "");
        String uid = created.at("/metadata/uid");
        admin.delete(configMaps + "/a", "{preconditions: {uid: 'x'}}")
                .refused(
                        409,
                        "Conflict",
                        "Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (x) does not"
                                + " match the UID in record (" + uid
                                + "). The object might have been deleted and then recreated");
        admin.delete(configMaps + "/a", "{preconditions: {resourceVersion: '1'}}")
                .refused(
                        409,
                        "Conflict",
                        "Operation cannot be fulfilled on ConfigMap \"a\": the ResourceVersion in the precondition (1)"
                                + " does not match the ResourceVersion in record (" + created.resourceVersion()
                                + "). The object might have been modified");
        admin.delete(
                        configMaps + "/a",
                        "{kind: 'DeleteOptions', apiVersion: 'v1', preconditions: {uid: '%s', resourceVersion: '%s'}}",
                        uid,
                        created.resourceVersion())
                .expect(200);
    }

    @Test
    void finalizersHoldTheObjectUntilTheyGo() throws Exception {
        create("a", ", finalizers: ['example.com/hold']");
        Reply marked = admin.delete(configMaps + "/a").expect(200);
        assertThat(marked.at("/kind")).isEqualTo("ConfigMap");
        assertThat(marked.at("/metadata/deletionTimestamp")).isNotEmpty();
        assertThat(marked.at("/metadata/deletionGracePeriodSeconds")).isEqualTo("0");
        Reply again = admin.delete(configMaps + "/a").expect(200);
        assertThat(again.resourceVersion()).isEqualTo(marked.resourceVersion());
        admin.patch(
                        configMaps + "/a",
                        Rest.MERGE_PATCH,
                        "{metadata: {finalizers: ['example.com/hold', 'example.com/new']}}")
                .refused(
                        422,
                        "Invalid",
                        "ConfigMap \"a\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if"
                                + " the object is being deleted, found new finalizers"
                                + " []string{\"example.com/new\"}");
        Reply freed = admin.patch(configMaps + "/a", Rest.MERGE_PATCH, "{metadata: {finalizers: null}}")
                .expect(200);
        assertThat(freed.name()).isEqualTo("a");
        admin.get(configMaps + "/a").expect(404);
    }

    @Test
    void propagationIsLeftToTheGarbageCollector() throws Exception {
        create("a", "");
        Reply foreground =
                admin.delete(configMaps + "/a?propagationPolicy=Foreground").expect(200);
        assertThat(foreground.json().at("/metadata/finalizers"))
                .isEqualTo(Json.object("{f: ['foregroundDeletion']}").path("f"));
        create("b", "");
        Reply orphan =
                admin.delete(configMaps + "/b", "{orphanDependents: true}").expect(200);
        assertThat(orphan.json().at("/metadata/finalizers"))
                .isEqualTo(Json.object("{f: ['orphan']}").path("f"));
        create("c", "");
        admin.delete(configMaps + "/c", "{propagationPolicy: 'Background'}").expect(200);
        admin.get(configMaps + "/c").expect(404);
        create("d", "");
        admin.delete(configMaps + "/d?propagationPolicy=Sideways")
                .refused(
                        422,
                        "Invalid",
                        "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value:"
                                + " \"Sideways\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
        admin.delete(configMaps + "/d", "{propagationPolicy: 'Orphan', orphanDependents: true}")
                .refused(
                        422,
                        "Invalid",
                        "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"Orphan\":"
                                + " orphanDependents and deletionPropagation cannot be both set");
    }

    /** As it was before there was a garbage collector. */
    @Test
    void whatTheFirstControllersOwnIsKeptUnlessToldOtherwise() throws Exception {
        String template = "template: {metadata: {labels: {app: 'x'}}, spec: {restartPolicy: '%s', containers:"
                + " [{name: 'c', image: 'nginx'}]}}";
        String jobs = configMaps.replace("/api/v1/", "/apis/batch/v1/").replace("/configmaps", "/jobs");
        String controllers = configMaps.replace("/configmaps", "/replicationcontrollers");
        for (String name : new String[] {"a", "b"}) {
            admin.post(jobs, Json.object("{metadata: {name: '" + name + "'}, spec: {" + template + "}}", "Never"))
                    .expect(201);
            admin.post(
                            controllers,
                            Json.object("{metadata: {name: '" + name + "'}, spec: {" + template + "}}", "Always"))
                    .expect(201);
        }
        JsonNode orphaning = Json.object("{f: ['orphan']}").path("f");
        Reply job = admin.delete(jobs + "/a").expect(200);
        assertThat(job.json().at("/metadata/finalizers")).isEqualTo(orphaning);
        assertThat(job.warnings())
                .containsExactly("299 - \"child pods are preserved by default when jobs are deleted; set"
                        + " propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this"
                        + " warning\"");
        Reply controller = admin.delete(controllers + "/a").expect(200);
        assertThat(controller.json().at("/metadata/finalizers")).isEqualTo(orphaning);
        assertThat(controller.warnings()).isEmpty();

        // What has been said before stands, and all are warned of once.
        admin.delete(jobs + "/b?propagationPolicy=Foreground").expect(200);
        assertThat(admin.delete(jobs).expect(200).warnings()).isEqualTo(job.warnings());
        assertThat(admin.get(jobs + "/b").expect(200).at("/metadata/finalizers/0"))
                .isEqualTo("foregroundDeletion");
        Reply told = admin.delete(jobs + "/a?propagationPolicy=Background").expect(200);
        assertThat(told.warnings()).isEmpty();
        admin.get(jobs + "/a").expect(404);
        admin.delete(controllers + "/b", "{orphanDependents: false}").expect(200);
        admin.get(controllers + "/b").expect(404);
    }

    @Test
    void podsThatNoNodeHasGoAtOnce() throws Exception {
        pod("p", "");
        Reply deleted = admin.delete(pods + "/p").expect(200);
        assertThat(deleted.at("/kind")).isEqualTo("Pod");
        admin.get(pods + "/p").expect(404);
    }

    @Test
    void podsOnNodesGetTheirGracePeriodAndItCanOnlyShrink() throws Exception {
        pod("p", ", nodeName: 'n1', terminationGracePeriodSeconds: 40");
        Reply marked = admin.delete(pods + "/p").expect(200);
        assertThat(marked.at("/metadata/deletionGracePeriodSeconds")).isEqualTo("40");
        assertThat(admin.delete(pods + "/p", "{gracePeriodSeconds: 50}")
                        .expect(200)
                        .at("/metadata/deletionGracePeriodSeconds"))
                .isEqualTo("40");
        assertThat(admin.delete(pods + "/p", "{gracePeriodSeconds: 5}")
                        .expect(200)
                        .at("/metadata/deletionGracePeriodSeconds"))
                .isEqualTo("5");
        admin.delete(pods + "/p?gracePeriodSeconds=0").expect(200);
        admin.get(pods + "/p").expect(404);
    }

    @Test
    void collectionsAreDeletedBySelector() throws Exception {
        create("a", ", labels: {x: '1'}");
        create("b", ", labels: {x: '2'}");
        create("c", ", labels: {x: '1'}");
        Reply deleted = admin.delete(configMaps + "?labelSelector=x%3D1").expect(200);
        assertThat(deleted.at("/kind")).isEqualTo("ConfigMapList");
        assertThat(deleted.names()).containsExactly("a", "c");
        assertThat(admin.get(configMaps).names()).containsExactly("b");
        admin.delete(configMaps + "?dryRun=All").expect(200);
        assertThat(admin.get(configMaps).names()).containsExactly("b");
        admin.delete(configMaps).expect(200);
        assertThat(admin.get(configMaps).names()).isEmpty();
    }

    @Test
    void namespacesEndThroughTheirFinalizer() throws Exception {
        String name = cluster.namespace();
        Reply marked = admin.delete("/api/v1/namespaces/" + name).expect(200);
        assertThat(marked.at("/status/phase")).isEqualTo("Terminating");
        admin.post("/api/v1/namespaces/" + name + "/configmaps", Json.object("{metadata: {name: 'a'}}"))
                .refused(
                        403,
                        "Forbidden",
                        "configmaps \"a\" is forbidden: unable to create new content in namespace " + name
                                + " because it is being terminated");
        admin.delete("/api/v1/namespaces/kube-system")
                .refused(
                        403, "Forbidden", "namespaces \"kube-system\" is forbidden: this namespace may not be deleted");
        Reply finished = admin.put(
                        "/api/v1/namespaces/" + name + "/finalize",
                        Json.object("{metadata: {name: '%s'}, spec: {finalizers: []}}", name))
                .expect(200);
        assertThat(finished.name()).isEqualTo(name);
        admin.get("/api/v1/namespaces/" + name).expect(404);
    }

    @Test
    void finalizingANamespaceWritesItsMetadataToo() throws Exception {
        String name = cluster.namespace();
        String path = "/api/v1/namespaces/" + name + "/finalize";
        admin.put(path, Json.object("{metadata: {name: 'other'}, spec: {finalizers: ['kubernetes']}}"))
                .refused(
                        400,
                        "BadRequest",
                        "the name of the object (other) does not match the name on the URL (" + name + ")");
        admin.put(path, Json.object("{metadata: {name: '%s', labels: {'-': 'x'}}}", name))
                .expect(422);
        Reply written = admin.put(
                        path,
                        Json.object(
                                "{metadata: {name: '%s', labels: {a: 'b'}}, spec: {finalizers: ['kubernetes', 'x.y/z']}}",
                                name))
                .expect(200);
        assertThat(written.json().at("/metadata/labels"))
                .isEqualTo(Json.object("{a: 'b', 'kubernetes.io/metadata.name': '%s'}", name));
        assertThat(written.json().at("/spec/finalizers").size()).isEqualTo(2);
    }
}
