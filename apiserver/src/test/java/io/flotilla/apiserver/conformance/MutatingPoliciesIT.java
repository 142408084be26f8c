package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Mutating admission policies change what is written (KEP-3962). */
@ExtendWith(Cluster.class)
class MutatingPoliciesIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private final PoliciesInForce policies;
    private String namespace = "";
    private String configMaps = "";
    private String deployments = "";

    MutatingPoliciesIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
        this.policies = new PoliciesInForce(admin, "mutating");
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
        configMaps = "/api/v1/namespaces/" + namespace + "/configmaps";
        deployments = "/apis/apps/v1/namespaces/" + namespace + "/deployments";
    }

    @AfterEach
    void forget() throws Exception {
        policies.lift();
    }

    private ObjectNode policy(String name, String spec) {
        ObjectNode policy = Json.object(
                "{metadata: {name: '%s'}, spec: {reinvocationPolicy: 'Never', matchConstraints: {resourceRules: ["
                        + "{operations: ['CREATE', 'UPDATE'], apiGroups: ['', 'apps'], apiVersions: ['v1'], resources: ['configmaps', 'deployments']}]}}}",
                name);
        ((ObjectNode) policy.get("spec")).setAll(Json.object(spec));
        return policy;
    }

    /** Makes a policy about config maps and deployments, and binds it to the test's namespace. */
    private String enforce(String suffix, String spec, String binding) throws Exception {
        String name = namespace + suffix;
        policies.enforce(policy(name, spec), namespace, binding);
        return "policy '" + name + "' with binding 'bind-" + name + "' denied request: ";
    }

    private static String configuration(String expression) {
        return "{patchType: 'ApplyConfiguration', applyConfiguration: {expression: \"" + expression + "\"}}";
    }

    private static String jsonPatch(String expression) {
        return "{patchType: 'JSONPatch', jsonPatch: {expression: \"" + expression + "\"}}";
    }

    private ObjectNode deployment() {
        return Json.object(
                "{metadata: {name: 'd'}, spec: {selector: {matchLabels: {a: 'b'}}, template: {metadata: {labels: {a: 'b'}}, spec: {containers: [{name: 'c', image: 'd'}]}}}}");
    }

    @Test
    void configurationsAreMergedIntoTheObject() throws Exception {
        enforce(
                "",
                "{variables: [{name: 'side', expression: \"object.metadata.name + '-side'\"}],"
                        + " matchConditions: [{name: 'few', expression: 'size(object.spec.template.spec.containers) < 2'}],"
                        + " mutations: ["
                        + configuration(
                                "Object{metadata: Object.metadata{labels: {'in': namespaceObject.metadata.name}},"
                                        + " spec: Object.spec{replicas: object.spec.replicas + 2, template: Object.spec.template{"
                                        + "spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{"
                                        + "name: variables.side, image: 'e'}]}}}}")
                        + "]}",
                "{}");
        Reply created = admin.post(deployments, deployment()).expect(201);
        assertThat(created.at("/metadata/labels/in")).isEqualTo(namespace);
        assertThat(created.at("/spec/replicas")).isEqualTo("3");
        assertThat(created.at("/spec/template/spec/containers/0/name")).isEqualTo("c");
        assertThat(created.at("/spec/template/spec/containers/1/name")).isEqualTo("d-side");
        assertThat(created.at("/spec/template/spec/containers/1/terminationMessagePath"))
                .isEqualTo("/dev/termination-log");
        assertThat(admin.patch(deployments + "/d", Rest.MERGE_PATCH, "{spec: {replicas: 7}}")
                        .expect(200)
                        .at("/spec/replicas"))
                .isEqualTo("7");
    }

    @Test
    void jsonPatchesSpeakOfParameters() throws Exception {
        admin.post(configMaps, Json.object("{metadata: {name: 'params'}, data: {key: 'a/b', value: 'c'}}"))
                .expect(201);
        policies.settle(configMaps);
        enforce(
                "",
                "{paramKind: {apiVersion: 'v1', kind: 'ConfigMap'}, mutations: ["
                        + jsonPatch("(has(object.metadata.annotations) ? [] : [JSONPatch{op: 'add', path:"
                                + " '/metadata/annotations', value: {}}]) + [JSONPatch{op: 'add', path: '/metadata/annotations/'"
                                + " + jsonpatch.escapeKey(params.data.key), value: params.data.value}]")
                        + ", "
                        + jsonPatch("[JSONPatch{op: 'test', path: '/data/x', value: 'nothing'},"
                                + " JSONPatch{op: 'remove', path: '/data'}]")
                        + "]}",
                "{paramRef: {name: 'params', parameterNotFoundAction: 'Deny'}}");
        Reply created = admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {x: 'y'}}"))
                .expect(201);
        assertThat(created.at("/metadata/annotations/a~1b")).isEqualTo("c");
        assertThat(created.at("/data/x")).isEqualTo("y");
        admin.delete(configMaps + "/params").expect(200);
        policies.settle(configMaps);
        admin.post(configMaps, Json.object("{metadata: {name: 'd'}}"))
                .refused(
                        403,
                        "Forbidden",
                        "policy '" + namespace + "' with binding 'bind-" + namespace
                                + "' denied request: failed to configure binding: no params found for policy binding with"
                                + " `Deny` parameterNotFoundAction");
    }

    @Test
    void whatFailsDeniesUnlessFailureIsIgnored() throws Exception {
        String failing = "{failurePolicy: '%s', mutations: ["
                + configuration("Object{metadata: Object.metadata{labels: {'a': object.data.none}}}") + ", "
                + configuration("Object{metadata: Object.metadata{labels: {'b': 'c'}}}") + "]}";
        String denied = enforce("", failing.formatted("Fail"), "{}");
        Reply reply = admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {x: 'y'}}"))
                .refused(
                        403,
                        "Invalid",
                        denied
                                + "expression 'Object{metadata: Object.metadata{labels: {'a': object.data.none}}}' resulted"
                                + " in error: no such key: none");
        assertThat(reply.at("/details/causes/0/message")).startsWith(denied);
        admin.patch(policies.path() + "/" + namespace, Rest.MERGE_PATCH, "{spec: {failurePolicy: 'Ignore'}}")
                .expect(200);
        policies.settle();
        Reply created = admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {x: 'y'}}"))
                .expect(201);
        assertThat(created.at("/metadata/labels/b")).isEqualTo("c");
        assertThat(created.at("/metadata/labels/a")).isEmpty();
    }

    @Test
    void whatMayNotBeAppliedIsTold() throws Exception {
        String denied = enforce(
                "",
                "{mutations: ["
                        + configuration("Object{spec: Object.spec{template: Object.spec.template{spec:"
                                + " Object.spec.template.spec{nodeSelector: {'a': 'b'}}}}}")
                        + ", " + configuration("Object{spec: Object.spec{replica: 1}}")
                        + ", " + configuration("Object{spec: Object.spec{template: Object.template{}}}") + "]}",
                "{}");
        Reply reply = admin.post(deployments, deployment())
                .refused(
                        403,
                        "Invalid",
                        denied
                                + "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or"
                                + " structs: .spec.template.spec.nodeSelector");
        assertThat(reply.at("/details/causes/1/message"))
                .isEqualTo(
                        denied + "error applying patch: failed to convert patch object to typed object: .spec.replica:"
                                + " field not declared in schema");
        assertThat(reply.at("/details/causes/2/message"))
                .isEqualTo(denied + "type mismatch: unexpected type name \"Object.template\", expected"
                        + " \"Object.spec.template\", which matches field name path from root Object type");
    }

    @Test
    void anInvalidObjectIsRefusedByItsOwnRules() throws Exception {
        enforce(
                "",
                "{mutations: [" + jsonPatch("[JSONPatch{op: 'replace', path: '/spec/replicas', value: -1}]") + "]}",
                "{}");
        assertThat(admin.post(deployments, deployment()).expect(422).at("/message"))
                .contains("spec.replicas: Invalid value: -1: must be greater than or equal to 0");
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}}")).expect(403);
    }

    @Test
    void policiesThatWantToSeeWhatOthersMadeAreAskedAgain() throws Exception {
        String append = "Object{metadata: Object.metadata{labels: {'%s': 'x' + (has(object.metadata.labels) &&"
                + " '%s' in object.metadata.labels ? object.metadata.labels['%s'] : '')}}}";
        enforce("-1", "{mutations: [" + configuration(append.formatted("one", "one", "one")) + "]}", "{}");
        enforce(
                "-2",
                "{reinvocationPolicy: 'IfNeeded', mutations: [" + configuration(append.formatted("two", "two", "two"))
                        + "]}",
                "{}");
        enforce("-3", "{mutations: [" + configuration(append.formatted("three", "three", "three")) + "]}", "{}");
        Reply created =
                admin.post(configMaps, Json.object("{metadata: {name: 'c'}}")).expect(201);
        assertThat(created.at("/metadata/labels/one")).isEqualTo("x");
        assertThat(created.at("/metadata/labels/two")).isEqualTo("xx");
        assertThat(created.at("/metadata/labels/three")).isEqualTo("x");
    }

    @Test
    void expressionsAreReadWhenAPolicyIsMade() throws Exception {
        assertThat(admin.post(policies.path(), policy("p", "{mutations: [" + configuration("object") + "]}"))
                        .expect(422)
                        .at("/message"))
                .isEqualTo("MutatingAdmissionPolicy.admissionregistration.k8s.io \"p\" is invalid:"
                        + " spec.mutations[0].applyConfiguration.expression: Invalid value: \"object\": must evaluate to"
                        + " Object but got dyn");
        assertThat(admin.post(
                                policies.path(),
                                policy("p", "{mutations: [" + jsonPatch("[JSONPatch{op: params.a}]") + "]}"))
                        .expect(422)
                        .at("/message"))
                .contains("undeclared reference to 'params'");
    }
}
