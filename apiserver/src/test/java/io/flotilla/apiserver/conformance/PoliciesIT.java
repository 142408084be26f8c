package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Validating admission policies decide what is let in. */
@ExtendWith(Cluster.class)
class PoliciesIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private final PoliciesInForce policies;
    private String namespace = "";
    private String configMaps = "";

    PoliciesIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
        this.policies = new PoliciesInForce(admin, "validating");
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
        configMaps = "/api/v1/namespaces/" + namespace + "/configmaps";
    }

    @AfterEach
    void forget() throws Exception {
        policies.lift();
    }

    /** Makes a policy about config maps and binds it to the test's namespace. */
    private void enforce(String spec, String binding) throws Exception {
        ObjectNode policy = Json.object(
                "{metadata: {name: '%s'}, spec: {matchConstraints: {resourceRules: [{operations: ['CREATE', 'UPDATE', 'DELETE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps']}]}}}",
                namespace);
        ((ObjectNode) policy.get("spec")).setAll(Json.object(spec));
        policies.enforce(policy, namespace, binding);
    }

    private String denied(String why) {
        return "configmaps \"c\" is forbidden: ValidatingAdmissionPolicy '" + namespace + "' with binding 'bind-"
                + namespace + "' denied request: " + why;
    }

    @Test
    void whatAPolicyDoesNotAllowIsDenied() throws Exception {
        enforce(
                "{variables: [{name: 'size', expression: 'size(object.data)'}],"
                        + " matchConditions: [{name: 'written', expression: \"request.operation != 'DELETE'\"}],"
                        + " validations: [{expression: 'variables.size < 2', messageExpression: \"'has ' + string(variables.size) + ' in ' + namespaceObject.metadata.name\"},"
                        + " {expression: \"object.data.a != 'x'\", message: 'no x', reason: 'Forbidden'},"
                        + " {expression: \"oldObject == null || object.data.a != 'y'\"}]}",
                "{validationActions: ['Deny']}");
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: 'b', b: 'c'}}"))
                .refused(422, "Invalid", denied("has 2 in " + namespace));
        Reply forbidden = admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: 'x'}}"))
                .refused(403, "Forbidden", denied("no x"));
        assertThat(forbidden.at("/details/causes/0/message")).endsWith("denied request: no x");
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {b: 'x'}}"))
                .refused(422, "Invalid", denied("expression 'object.data.a != 'x'' resulted in error: no such key: a"));
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: 'y'}}"))
                .expect(201);
        admin.patch(configMaps + "/c", Rest.MERGE_PATCH, "{metadata: {labels: {a: 'b'}}}")
                .refused(422, "Invalid", denied("failed expression: oldObject == null || object.data.a != 'y'"));
        admin.delete(configMaps + "/c").expect(200);
    }

    @Test
    void auditAnnotationsThatCannotBeMadeDenyWhateverTheBindingSays() throws Exception {
        enforce(
                "{validations: [{expression: 'true'}], auditAnnotations: [{key: 'a', valueExpression: 'string(object.data.a)'}]}",
                "{validationActions: ['Warn']}");
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {b: 'c'}}"))
                .refused(
                        422, "Invalid", denied("expression 'string(object.data.a)' resulted in error: no such key: a"));
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: 'c'}}"))
                .expect(201);
    }

    @Test
    void messagesThatAreTooLongOrOfSeveralLinesAreNotTold() throws Exception {
        enforce(
                "{validations: [{expression: 'object.metadata.name.size() > 1', message: 'short',"
                        + " messageExpression: 'string(object.data.a)'}]}",
                "{validationActions: ['Deny']}");
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: 'told'}}"))
                .refused(422, "Invalid", denied("told"));
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: '%s'}}", "x".repeat(5 * 1024 + 1)))
                .refused(422, "Invalid", denied("short"));
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: 'a\\nb'}}"))
                .refused(422, "Invalid", denied("short"));
    }

    @Test
    void expressionsAskWhoMayWhat() throws Exception {
        enforce(
                "{matchConditions: [{name: 'may', expression: \"authorizer.path('/healthz').check('get').allowed()\"}],"
                        + " validations: [{expression: \"authorizer.requestResource.check('create').allowed() &&"
                        + " !authorizer.serviceAccount('default', 'nobody').group('').resource('secrets')"
                        + ".check('get').allowed()\"},"
                        + " {expression: \"authorizer.path('').check('get').allowed()\"}]}",
                "{validationActions: ['Deny']}");
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}}"))
                .refused(
                        422,
                        "Invalid",
                        denied(
                                "expression 'authorizer.path('').check('get').allowed()' resulted in error: path must not"
                                        + " be empty"));
    }

    @Test
    void anExpressionThatTakesTooLongIsEnded() throws Exception {
        enforce(
                "{validations: [{expression: \"object.data.a.split('').all(a, object.data.a.split('').all(b,"
                        + " object.data.a.split('').all(c, a == b)))\"}]}",
                "{validationActions: ['Deny']}");
        assertThat(admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: '%s'}}", "x".repeat(1000)))
                        .expect(422)
                        .at("/message"))
                .endsWith("resulted in error: operation cancelled: actual cost limit exceeded");
    }

    @Test
    void warningsLetPass() throws Exception {
        enforce(
                "{validations: [{expression: 'false', message: 'mind the gap'}]}",
                "{validationActions: ['Warn', 'Audit']}");
        assertThat(admin.post(configMaps, Json.object("{metadata: {name: 'c'}}"))
                        .expect(201)
                        .warnings())
                .containsExactly("299 - \"Validation failed for ValidatingAdmissionPolicy '" + namespace
                        + "' with binding 'bind-" + namespace + "': mind the gap\"");
        admin.post("/api/v1/namespaces/default/configmaps?dryRun=All", Json.object("{metadata: {name: 'c'}}"))
                .expect(201);
    }

    @Test
    void bindingsGiveParameters() throws Exception {
        admin.post(
                        "/api/v1/namespaces/" + namespace + "/secrets",
                        Json.object("{metadata: {name: 'limits'}, type: 'Opaque', data: {most: 'Mg=='}}"))
                .expect(201);
        policies.settle("/api/v1/namespaces/" + namespace + "/secrets");
        enforce(
                "{paramKind: {apiVersion: 'v1', kind: 'Secret'}, validations: [{expression: \"params.data.most == 'Mg==' && object.data.a == params.metadata.name\"}]}",
                "{validationActions: ['Deny'], paramRef: {name: 'limits', parameterNotFoundAction: 'Deny'}}");
        admin.post(configMaps, Json.object("{metadata: {name: 'd'}, data: {a: 'limits'}}"))
                .expect(201);
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: 'other'}}"))
                .expect(422);
        admin.delete("/api/v1/namespaces/" + namespace + "/secrets/limits").expect(200);
        policies.settle("/api/v1/namespaces/" + namespace + "/secrets");
        admin.post(configMaps, Json.object("{metadata: {name: 'c'}, data: {a: 'limits'}}"))
                .refused(
                        422,
                        "Invalid",
                        denied("failed to configure binding: no params found for policy binding with `Deny`"
                                + " parameterNotFoundAction"));
    }
}
