package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Creating and replacing objects. */
@ExtendWith(Cluster.class)
class WritesIT {
    private static final String MODIFIED =
            ": the object has been modified; please apply your changes to the latest version and try again";
    private static final String SUBDOMAIN =
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
                    + " '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for"
                    + " validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private final Cluster.Running cluster;
    private final Rest admin;
    private String namespace = "";
    private String space = "";
    private String configMaps = "";

    WritesIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
        space = "/api/v1/namespaces/" + namespace;
        configMaps = space + "/configmaps";
    }

    private Reply create(String name) throws Exception {
        return admin.post(configMaps, Json.object("{metadata: {name: '%s'}, data: {a: '1'}}", name))
                .expect(201);
    }

    @Test
    void aNewObjectHasWhatTheServerSets() throws Exception {
        Reply created = create("a");
        assertThat(created.at("/kind")).isEqualTo("ConfigMap");
        assertThat(created.at("/apiVersion")).isEqualTo("v1");
        assertThat(created.at("/metadata/namespace")).isEqualTo(namespace);
        assertThat(created.at("/metadata/uid")).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(created.at("/metadata/creationTimestamp")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(created.resourceVersion()).matches("[1-9][0-9]*");
        assertThat(admin.get(configMaps + "/a").json()).isEqualTo(created.json());
    }

    @Test
    void namesThatAreTakenAreConflicts() throws Exception {
        create("a");
        Reply second = admin.post(configMaps, Json.object("{metadata: {name: 'a'}}"))
                .refused(409, "AlreadyExists", "configmaps \"a\" already exists");
        assertThat(second.at("/details/name")).isEqualTo("a");
        assertThat(second.at("/details/kind")).isEqualTo("configmaps");
    }

    @Test
    void badNamesAreInvalid() throws Exception {
        Reply refused = admin.post(configMaps, Json.object("{metadata: {name: 'A_b'}}"))
                .refused(
                        422,
                        "Invalid",
                        "ConfigMap \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": " + SUBDOMAIN);
        assertThat(refused.at("/details/causes/0/reason")).isEqualTo("FieldValueInvalid");
        assertThat(refused.at("/details/causes/0/field")).isEqualTo("metadata.name");
        assertThat(refused.at("/details/kind")).isEqualTo("ConfigMap");
        admin.post(configMaps, Json.object("{metadata: {name: '%s'}}", "a".repeat(254)))
                .refused(
                        422,
                        "Invalid",
                        "ConfigMap \"" + "a".repeat(254) + "\" is invalid: metadata.name: Invalid value: \""
                                + "a".repeat(254) + "\": must be no more than 253 bytes");
        admin.post(configMaps, Json.object("{metadata: {}}"))
                .refused(
                        422,
                        "Invalid",
                        "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required");
    }

    @Test
    void namesAreGeneratedFromPrefixes() throws Exception {
        Reply created = admin.post(configMaps, Json.object("{metadata: {generateName: 'job-'}}"))
                .expect(201);
        assertThat(created.name()).matches("job-[bcdfghjklmnpqrstvwxz2456789]{5}");
        assertThat(created.at("/metadata/generateName")).isEqualTo("job-");
        Reply cut = admin.post(configMaps, Json.object("{metadata: {generateName: '%s'}}", "x".repeat(80)))
                .expect(201);
        assertThat(cut.name()).hasSize(63);
    }

    @Test
    void theBodyMustAgreeWithThePath() throws Exception {
        admin.post(configMaps, Json.object("{metadata: {name: 'a', namespace: 'other'}}"))
                .refused(
                        400,
                        "BadRequest",
                        "the namespace of the provided object does not match the namespace sent on the request");
        admin.post(configMaps, Json.object("{kind: 'Secret', apiVersion: 'v1', metadata: {name: 'a'}}"))
                .refused(
                        400,
                        "BadRequest",
                        "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to"
                                + " (core.ConfigMap): unknown conversion");
        admin.post(configMaps, Json.object("{kind: 'ConfigMap', apiVersion: 'apps/v1', metadata: {name: 'a'}}"))
                .expect(400);
        create("a");
        admin.put(configMaps + "/a", Json.object("{metadata: {name: 'b'}}"))
                .refused(400, "BadRequest", "the name of the object (b) does not match the name on the URL (a)");
        admin.put(configMaps + "/a", Json.object("{metadata: {name: 'a', namespace: 'other'}}"))
                .refused(
                        400,
                        "BadRequest",
                        "the namespace of the object (other) does not match the namespace on the request (" + namespace
                                + ")");
        admin.put(configMaps + "/a", Json.object("{data: {}}"))
                .refused(
                        400,
                        "BadRequest",
                        "the name of the object (a based on URL) was undeterminable: name must be provided");
    }

    @Test
    void nothingIsCreatedInANamespaceThatIsNotThere() throws Exception {
        Reply refused = admin.post("/api/v1/namespaces/nowhere/configmaps", Json.object("{metadata: {name: 'a'}}"))
                .refused(404, "NotFound", "namespaces \"nowhere\" not found");
        assertThat(refused.at("/details/kind")).isEqualTo("namespaces");
    }

    @Test
    void aStaleVersionIsAConflict() throws Exception {
        ObjectNode object = (ObjectNode) create("a").json();
        admin.put(configMaps + "/a", object.deepCopy().set("data", Json.object("{a: '2'}")))
                .expect(200);
        admin.put(configMaps + "/a", object.set("data", Json.object("{a: '3'}")))
                .refused(409, "Conflict", "Operation cannot be fulfilled on configmaps \"a\"" + MODIFIED);
        assertThat(admin.get(configMaps + "/a").at("/data/a")).isEqualTo("2");
    }

    @Test
    void aReplacementThatChangesNothingKeepsItsVersion() throws Exception {
        Reply created = create("a");
        assertThat(admin.put(configMaps + "/a", created.json()).expect(200).resourceVersion())
                .isEqualTo(created.resourceVersion());
        ObjectNode reordered = Json.object("{}");
        created.json()
                .propertyStream()
                .toList()
                .reversed()
                .forEach(each -> reordered.set(each.getKey(), each.getValue()));
        assertThat(admin.put(configMaps + "/a", reordered).expect(200).resourceVersion())
                .isEqualTo(created.resourceVersion());
    }

    @Test
    void aReplacementWithoutVersionWinsWhereTheKindAllows() throws Exception {
        create("a");
        assertThat(admin.put(configMaps + "/a", Json.object("{metadata: {name: 'a'}, data: {b: '1'}}"))
                        .expect(200)
                        .json()
                        .path("data"))
                .isEqualTo(Json.object("{b: '1'}"));
        admin.put(configMaps + "/none", Json.object("{metadata: {name: 'none'}}"))
                .refused(404, "NotFound", "configmaps \"none\" not found");
    }

    @Test
    void anotherUidIsAConflict() throws Exception {
        String uid = create("a").at("/metadata/uid");
        admin.put(configMaps + "/a", Json.object("{metadata: {name: 'a', uid: 'x'}}"))
                .refused(
                        409,
                        "Conflict",
                        "Operation cannot be fulfilled on configmaps \"a\": StorageError: invalid object, Code: 4, Key:"
                                + " /registry/configmaps/" + namespace + "/a, ResourceVersion: 0, AdditionalErrorMsg:"
                                + " Precondition failed: UID in precondition: x, UID in object meta: " + uid);
    }

    @Test
    void aVersionOnANewObjectIsRefused() throws Exception {
        admin.post(configMaps, Json.object("{metadata: {name: 'a', resourceVersion: '7'}}"))
                .refused(500, "", "resourceVersion should not be set on objects to be created");
    }

    @Test
    void immutableFieldsStay() throws Exception {
        admin.post(space + "/secrets", Json.object("{metadata: {name: 's'}, type: 'Opaque'}"))
                .expect(201);
        admin.put(space + "/secrets/s", Json.object("{metadata: {name: 's'}, type: 'mine'}"))
                .refused(422, "Invalid", "Secret \"s\" is invalid: type: Invalid value: \"mine\": field is immutable");
        admin.post(configMaps, Json.object("{metadata: {name: 'f'}, immutable: true, data: {a: '1'}}"))
                .expect(201);
        admin.patch(configMaps + "/f", Rest.MERGE_PATCH, "{data: {a: '2'}}")
                .refused(
                        422,
                        "Invalid",
                        "ConfigMap \"f\" is invalid: data: Forbidden: field is immutable when `immutable` is set");
        String deployments = "/apis/apps/v1/namespaces/" + namespace + "/deployments";
        ObjectNode deployment = Json.object("""
                {metadata: {name: 'd'}, spec: {selector: {matchLabels: {a: 'b'}}, template: {metadata: {labels: {a: 'b', c: 'd'}},
                 spec: {containers: [{name: 'c', image: 'nginx'}]}}}}""");
        admin.post(deployments, deployment).expect(201);
        admin.patch(deployments + "/d", Rest.MERGE_PATCH, "{spec: {selector: {matchLabels: {c: 'd'}}}}")
                .refused(
                        422,
                        "Invalid",
                        "Deployment.apps \"d\" is invalid: spec.selector: Invalid value:"
                                + " {\"matchLabels\":{\"a\":\"b\",\"c\":\"d\"}}: field is immutable");
        admin.patch(configMaps + "/f", Rest.MERGE_PATCH, "{metadata: {name: 'g'}}")
                .expect(400);
    }

    @Test
    void bodiesOverThreeMebibytesAreRefused() throws Exception {
        String filler = "x".repeat((3 << 20) + 1);
        for (Rest client : new Rest[] {admin, cluster.overHttp1()}) {
            client.post(configMaps, Rest.JSON, "{\"metadata\":{\"name\":\"a\"},\"data\":{\"a\":\"" + filler + "\"}}")
                    .refused(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
        }
        admin.get(configMaps + "/a").expect(404);
    }

    @Test
    void whatNeedsTwoMegabytesIsTooLongForAConfigMap() throws Exception {
        Reply refused = admin.post(
                        configMaps, Json.object("{metadata: {name: 'a'}, data: {a: '%s'}}", "x".repeat(2 << 20)))
                .expect(422);
        assertThat(refused.at("/message"))
                .isEqualTo("ConfigMap \"a\" is invalid: []: Too long: may not be more than 1048576 bytes");
    }

    @Test
    void managedFieldsTellWhoSetWhat() throws Exception {
        Reply created = admin.post(
                        configMaps + "?fieldManager=tester",
                        Json.object("{metadata: {name: 'a', labels: {x: 'y'}}, data: {a: '1'}}"))
                .expect(201);
        assertThat(created.at("/metadata/managedFields/0/manager")).isEqualTo("tester");
        assertThat(created.at("/metadata/managedFields/0/operation")).isEqualTo("Update");
        assertThat(created.json().at("/metadata/managedFields/0/fieldsV1"))
                .isEqualTo(Json.object(
                        "{'f:data': {'.': {}, 'f:a': {}}, 'f:metadata': {'f:labels': {'.': {}, 'f:x': {}}}}"));
        Reply named = admin.post(
                        configMaps,
                        Json.object("{metadata: {name: 'b'}, data: {a: '1'}}"),
                        "user-agent",
                        "robot/1.0 (linux)")
                .expect(201);
        assertThat(named.at("/metadata/managedFields/0/manager")).isEqualTo("robot");
    }

    @Test
    void whatAdmissionAndTheKindsRulesAddIsNobodys() throws Exception {
        Reply pod = admin.post(
                        space + "/pods",
                        Json.object(
                                "{metadata: {name: 'p', labels: {run: 'p'}}, spec: {containers: [{name: 'p', image: 'nginx'}]}}"))
                .expect(201);
        assertThat(pod.json().at("/spec/tolerations")).isNotEmpty();
        assertThat(pod.json().at("/spec/volumes")).isNotEmpty();
        assertThat(pod.json().at("/metadata/managedFields/0/fieldsV1")).isEqualTo(Json.object("""
                        {'f:metadata': {'f:labels': {'.': {}, 'f:run': {}}},
                         'f:spec': {
                          'f:containers': {'k:{\\"name\\":\\"p\\"}': {'.': {}, 'f:image': {}, 'f:imagePullPolicy': {}, 'f:name': {},
                           'f:resources': {}, 'f:terminationMessagePath': {}, 'f:terminationMessagePolicy': {}}},
                          'f:dnsPolicy': {}, 'f:enableServiceLinks': {}, 'f:restartPolicy': {}, 'f:schedulerName': {},
                          'f:securityContext': {}, 'f:terminationGracePeriodSeconds': {}}}"""));

        Reply service = admin.post(
                        space + "/services",
                        Json.object("{metadata: {name: 's'}, spec: {selector: {a: 'b'}, ports: [{port: 80}]}}"))
                .expect(201);
        assertThat(service.json().at("/spec/ipFamilies")).isNotEmpty();
        assertThat(service.json().at("/metadata/managedFields/0/fieldsV1")).isEqualTo(Json.object("""
                        {'f:spec': {'f:internalTrafficPolicy': {},
                          'f:ports': {'.': {}, 'k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}': {'.': {}, 'f:port': {}, 'f:protocol': {},
                           'f:targetPort': {}}},
                          'f:selector': {}, 'f:sessionAffinity': {}, 'f:type': {}}}"""));
    }

    @Test
    void whatIsAllowedAndYetUnwiseIsWarnedOf() throws Exception {
        String deployments = "/apis/apps/v1/namespaces/" + namespace + "/deployments";
        Reply created = admin.post(deployments, Json.object("""
                        {metadata: {name: 'd.d'}, spec: {selector: {matchLabels: {a: 'b'}}, template: {metadata: {labels: {a: 'b'}},
                         spec: {nodeSelector: {'beta.kubernetes.io/os': 'linux'}, containers: [{name: 'c', image: 'nginx',
                          env: [{name: 'A', value: '1'}, {name: 'A', value: '2'}]}]}}}}""")).expect(201);
        String repeated =
                "299 - \"spec.template.spec.containers[0].env[1]: hides previous definition of \\\"A\\\", which may"
                        + " be dropped when using apply\"";
        assertThat(created.warnings())
                .hasSize(3)
                .anyMatch(
                        each -> each.startsWith(
                                "299 - \"metadata.name: this is used in"
                                        + " Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: ["))
                .contains(
                        repeated,
                        "299 - \"spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use"
                                + " \\\"kubernetes.io/os\\\" instead\"");
        assertThat(admin.patch(deployments + "/d.d", Rest.MERGE_PATCH, "{spec: {replicas: 2}}")
                        .expect(200)
                        .warnings())
                .contains(repeated)
                .hasSize(2);
        assertThat(admin.patch(deployments + "/d.d", Rest.MERGE_PATCH, "{metadata: {labels: {x: 'y'}}}")
                        .expect(200)
                        .warnings())
                .isEmpty();
        assertThat(admin.post(
                                space + "/services",
                                Json.object(
                                        "{metadata: {name: 's'}, spec: {clusterIP: 'None', sessionAffinity: 'ClientIP', ports: [{port: 80}]}}"))
                        .expect(201)
                        .warnings())
                .containsExactly("299 - \"spec.SessionAffinity is ignored for headless services\"");
        assertThat(admin.post("/apis/networking.k8s.io/v1/namespaces/" + namespace + "/ingresses", Json.object("""
                                        {metadata: {name: 'i', annotations: {'kubernetes.io/ingress.class': 'c'}},
                                         spec: {defaultBackend: {service: {name: 's', port: {number: 80}}}}}"""))
                        .expect(201)
                        .warnings())
                .containsExactly(
                        "299 - \"annotation \\\"kubernetes.io/ingress.class\\\" is deprecated, please use 'spec.ingressClassName' instead\"");
    }

    @Test
    void whoUsesEndpointsIsToldOfEndpointSlices() throws Exception {
        String warning = "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\"";
        Reply created = admin.post(space + "/endpoints", Json.object("{metadata: {name: 'e'}}"))
                .expect(201);
        assertThat(created.warnings()).containsExactly(warning);
        assertThat(admin.get(space + "/endpoints").expect(200).warnings()).containsExactly(warning);
    }

    @Test
    void aNewObjectHasAStatusWithWhatItsTypeAlwaysPrints() throws Exception {
        String template = "{metadata: {labels: {a: 'b'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}}";
        String owner = "{metadata: {name: 'd'}, spec: {selector: {matchLabels: {a: 'b'}}, template: " + template + "}}";
        String apps = "/apis/apps/v1/namespaces/" + namespace;
        Map<String, String> statuses = Map.of(
                apps + "/deployments", "{}",
                apps + "/replicasets", "{replicas: 0}",
                apps + "/daemonsets",
                        "{currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0}");
        for (Map.Entry<String, String> each : statuses.entrySet()) {
            Reply created = admin.post(each.getKey(), Json.object(owner)).expect(201);
            assertThat(created.json().get("status")).isEqualTo(Json.object(each.getValue()));
            assertThat(admin.get(each.getKey() + "/d").json()).isEqualTo(created.json());
        }
        Reply service = admin.post(
                        space + "/services", Json.object("{metadata: {name: 's'}, spec: {ports: [{port: 80}]}}"))
                .expect(201);
        assertThat(service.json().get("status")).isEqualTo(Json.object("{loadBalancer: {}}"));
    }

    @Test
    void generationCountsChangesOfTheSpec() throws Exception {
        String deployments = "/apis/apps/v1/namespaces/" + namespace + "/deployments";
        ObjectNode deployment = Json.object("""
                {metadata: {name: 'd', generation: 7}, spec: {replicas: 1, selector: {matchLabels: {a: 'b'}}, template: {metadata: {labels: {a: 'b'}},
                 spec: {containers: [{name: 'c', image: 'nginx'}]}}}, status: {replicas: 3}}""");
        Reply created = admin.post(deployments, deployment).expect(201);
        assertThat(created.at("/metadata/generation")).isEqualTo("1");
        assertThat(created.json().path("status").has("replicas")).isFalse();
        Reply labelled = admin.patch(deployments + "/d", Rest.MERGE_PATCH, "{metadata: {labels: {x: 'y'}}}")
                .expect(200);
        assertThat(labelled.at("/metadata/generation")).isEqualTo("1");
        Reply scaled = admin.patch(deployments + "/d", Rest.MERGE_PATCH, "{spec: {replicas: 2}}")
                .expect(200);
        assertThat(scaled.at("/metadata/generation")).isEqualTo("2");
    }
}
