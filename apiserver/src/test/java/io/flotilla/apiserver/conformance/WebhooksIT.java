package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.webhook.WebhookServer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Webhooks have their say in what is written. */
@ExtendWith(Cluster.class)
class WebhooksIT {
    private static final String CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/";
    private static final String RULE =
            "{operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], scope: 'Namespaced'}";

    private final Cluster.Running cluster;
    private final Rest admin;
    private final WebhookServer hooks;
    private final String caBundle;
    private final List<String> configured = new ArrayList<>();
    private String namespace = "";
    private String configMaps = "";

    WebhooksIT(Cluster.Running cluster) throws Exception {
        this.cluster = cluster;
        this.admin = cluster.admin();
        this.hooks = new WebhookServer(cluster.certificates().context(Optional.of("kube-apiserver")));
        this.caBundle = Base64.getEncoder()
                .encodeToString(Files.readAllBytes(cluster.certificates().authority()));
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
        configMaps = "/api/v1/namespaces/" + namespace + "/configmaps";
    }

    @AfterEach
    void forget() throws Exception {
        for (String each : configured) {
            admin.delete(each);
            settle(each);
        }
        hooks.close();
    }

    /** A webhook for config maps of the test's namespace, by its path; {@code more} replaces fields. */
    private ObjectNode hook(String path, String more, Object... arguments) {
        ObjectNode hook = Json.object(
                "{name: '%s.example.com', rules: [%s], sideEffects: 'None', admissionReviewVersions: ['v1'],"
                        + " namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': '%s'}}}",
                path.substring(1), RULE, namespace);
        hook.putObject("clientConfig").put("url", hooks.url(path)).put("caBundle", caBundle);
        hook.setAll(Json.object(more, arguments));
        return hook;
    }

    private void configure(String resource, ObjectNode... webhooks) throws Exception {
        String kind = resource.equals("mutatingwebhookconfigurations")
                ? "MutatingWebhookConfiguration"
                : "ValidatingWebhookConfiguration";
        ObjectNode configuration =
                Json.object("{kind: '%s', metadata: {name: '%s-%s'}}", kind, namespace, configured.size());
        ArrayNode list = configuration.putArray("webhooks");
        for (ObjectNode each : webhooks) {
            list.add(each);
        }
        Reply made = admin.post(CONFIGURATIONS + resource, configuration).expect(201);
        configured.add(CONFIGURATIONS + resource + "/" + made.name());
        settle(CONFIGURATIONS + resource + "/" + made.name());
    }

    /** Returns when the server's cache knows what is there now. */
    private void settle(String path) throws Exception {
        String list = path.substring(0, path.lastIndexOf('/'));
        String now = admin.get(list).resourceVersion();
        admin.get(list + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + now)
                .expect(200);
    }

    private void mutating(ObjectNode... webhooks) throws Exception {
        configure("mutatingwebhookconfigurations", webhooks);
    }

    private void validating(ObjectNode... webhooks) throws Exception {
        configure("validatingwebhookconfigurations", webhooks);
    }

    private static ObjectNode configMap(String name) {
        return Json.object("{metadata: {name: '%s'}, data: {a: 'b'}}", name);
    }

    @Test
    void aReviewTellsEverythingAboutTheWrite() throws Exception {
        hooks.on("/all", WebhookServer::allow);
        validating(hook("/all", "{timeoutSeconds: 7}"));
        admin.post(configMaps + "?fieldManager=tester&fieldValidation=Strict", configMap("c"))
                .expect(201);
        admin.patch(configMaps + "/c", Rest.MERGE_PATCH, "{data: {a: 'c'}}").expect(200);
        admin.delete(configMaps + "/c", "{gracePeriodSeconds: 0}").expect(200);

        List<JsonNode> asked = hooks.asked("/all");
        assertThat(asked).hasSize(3);
        JsonNode create = asked.getFirst();
        assertThat(create.path("uid").asText()).hasSize(36);
        for (String field : List.of("kind", "requestKind")) {
            assertThat(create.path(field)).isEqualTo(Json.object("{group: '', version: 'v1', kind: 'ConfigMap'}"));
        }
        for (String field : List.of("resource", "requestResource")) {
            assertThat(create.path(field)).isEqualTo(Json.object("{group: '', version: 'v1', resource: 'configmaps'}"));
        }
        assertThat(create.path("name").asText()).isEqualTo("c");
        assertThat(create.path("namespace").asText()).isEqualTo(namespace);
        assertThat(create.path("operation").asText()).isEqualTo("CREATE");
        assertThat(create.path("userInfo").path("username").asText()).isEqualTo(Cluster.ADMIN);
        assertThat(create.path("userInfo").path("groups").toString()).contains("system:masters");
        assertThat(create.path("object").path("kind").asText()).isEqualTo("ConfigMap");
        assertThat(create.at("/object/data/a").asText()).isEqualTo("b");
        assertThat(create.path("oldObject").isNull()).isTrue();
        assertThat(create.path("dryRun").asBoolean(true)).isFalse();
        assertThat(create.path("options"))
                .isEqualTo(
                        Json.object(
                                "{kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'tester', fieldValidation: 'Strict'}"));
        JsonNode update = asked.get(1);
        assertThat(update.path("operation").asText()).isEqualTo("UPDATE");
        assertThat(update.at("/object/data/a").asText()).isEqualTo("c");
        assertThat(update.at("/oldObject/data/a").asText()).isEqualTo("b");
        assertThat(update.at("/options/kind").asText()).isEqualTo("UpdateOptions");
        JsonNode delete = asked.get(2);
        assertThat(delete.path("operation").asText()).isEqualTo("DELETE");
        assertThat(delete.path("object").isNull()).isTrue();
        assertThat(delete.at("/oldObject/data/a").asText()).isEqualTo("c");
        assertThat(delete.path("options"))
                .isEqualTo(Json.object("{kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', gracePeriodSeconds: 0}"));
        assertThat(hooks.queries()).containsOnly("timeout=7s");
        assertThat(admin.get("/metrics").text())
                .contains(
                        "apiserver_admission_webhook_request_total{code=\"200\",name=\"all.example.com\",operation=\"CREATE\","
                                + "rejected=\"false\",type=\"validating\"}");
    }

    @Test
    void denialsAreToldInTheWordsOfTheWebhook() throws Exception {
        hooks.on(
                "/words",
                review -> WebhookServer.deny(
                        review, Json.object("{status: {message: 'not on my watch', code: 403, reason: 'Forbidden'}}")));
        hooks.on("/silent", review -> WebhookServer.deny(review, Json.object("{}")));
        hooks.on("/reason", review -> WebhookServer.deny(review, Json.object("{status: {reason: 'TooOld'}}")));
        validating(hook("/words", "{objectSelector: {matchLabels: {by: 'words'}}}"));
        validating(hook("/silent", "{objectSelector: {matchLabels: {by: 'silent'}}}"));
        validating(hook("/reason", "{objectSelector: {matchLabels: {by: 'reason'}}}"));
        admin.post(configMaps, Json.object("{metadata: {name: 'c', labels: {by: 'words'}}}"))
                .refused(
                        403,
                        "Forbidden",
                        "admission webhook \"words.example.com\" denied the request: not on my watch");
        admin.post(configMaps, Json.object("{metadata: {name: 'c', labels: {by: 'silent'}}}"))
                .refused(400, "", "admission webhook \"silent.example.com\" denied the request without explanation");
        admin.post(configMaps, Json.object("{metadata: {name: 'c', labels: {by: 'reason'}}}"))
                .refused(400, "TooOld", "admission webhook \"reason.example.com\" denied the request: TooOld");
        admin.get(configMaps + "/c").expect(404);
        admin.post(configMaps, configMap("c")).expect(201);
        // What it was selects as well as what it becomes.
        admin.patch(configMaps + "/c", Rest.MERGE_PATCH, "{metadata: {labels: {by: 'silent'}}}")
                .expect(400);
    }

    @Test
    void patchesAreAppliedOneAfterTheOtherAndWarningsTold() throws Exception {
        hooks.on(
                "/first",
                review -> WebhookServer.patch(
                        review, "[{\"op\": \"add\", \"path\": \"/data/first\", \"value\": \"1\"}]"));
        hooks.on(
                "/second",
                review -> WebhookServer.patch(
                        review, "[{\"op\": \"copy\", \"from\": \"/data/first\", \"path\": \"/data/second\"}]"));
        hooks.on("/last", review -> WebhookServer.allow(review, Json.object("{warnings: ['mind the gap']}")));
        mutating(hook("/first", "{}"), hook("/second", "{}"));
        validating(hook("/last", "{}"));
        Reply made = admin.post(configMaps, configMap("c")).expect(201);
        assertThat(made.json().path("data")).isEqualTo(Json.object("{a: 'b', first: '1', second: '1'}"));
        assertThat(made.warnings()).containsExactly("299 - \"mind the gap\"");
        assertThat(hooks.asked("/last").getFirst().at("/object/data/second").asText())
                .isEqualTo("1");
        assertThat(admin.get(configMaps + "/c").at("/data/second")).isEqualTo("1");
    }

    @Test
    void whoWantsToIsAskedAgainAfterLaterChanges() throws Exception {
        hooks.on(
                "/counting",
                review -> review.at("/request/object/data").has("late")
                        ? WebhookServer.patch(
                                review, "[{\"op\": \"add\", \"path\": \"/data/seen\", \"value\": \"late\"}]")
                        : WebhookServer.allow(review));
        hooks.on("/once", WebhookServer::allow);
        hooks.on(
                "/late",
                review ->
                        WebhookServer.patch(review, "[{\"op\": \"add\", \"path\": \"/data/late\", \"value\": \"1\"}]"));
        mutating(hook("/counting", "{reinvocationPolicy: 'IfNeeded'}"), hook("/once", "{}"), hook("/late", "{}"));
        Reply made = admin.post(configMaps, configMap("c")).expect(201);
        assertThat(made.at("/data/seen")).isEqualTo("late");
        assertThat(hooks.asked("/counting")).hasSize(2);
        assertThat(hooks.asked("/once")).hasSize(1);
        assertThat(hooks.asked("/late")).hasSize(1);
    }

    @Test
    void whatAWebhookMakesOfAnObjectIsValidatedToo() throws Exception {
        hooks.on(
                "/spoil",
                review -> WebhookServer.patch(
                        review, "[{\"op\": \"add\", \"path\": \"/data/not~1a~1key\", \"value\": \"1\"}]"));
        hooks.on(
                "/misfit",
                review -> WebhookServer.patch(review, "[{\"op\": \"remove\", \"path\": \"/data/nothing\"}]"));
        mutating(hook("/spoil", "{}"));
        Reply refused = admin.post(configMaps, configMap("c")).expect(422);
        assertThat(refused.at("/message")).startsWith("ConfigMap \"c\" is invalid: data[not/a/key]: Invalid value");
        admin.delete(configured.removeFirst()).expect(200);
        mutating(hook("/misfit", "{}"));
        assertThat(admin.post(configMaps, configMap("c")).expect(500).at("/reason"))
                .isEqualTo("InternalError");
    }

    @Test
    void failuresFollowThePolicy() throws Exception {
        hooks.answering("/broken", 500, _ -> "out of order");
        hooks.on("/garbled", _ -> "{\"response\": {\"uid\": \"other\", \"allowed\": true}}");
        hooks.on("/empty", _ -> "{\"kind\": \"AdmissionReview\"}");
        validating(hook("/broken", "{objectSelector: {matchLabels: {by: 'broken'}}}"));
        validating(hook("/garbled", "{objectSelector: {matchLabels: {by: 'garbled'}}}"));
        validating(hook("/empty", "{objectSelector: {matchLabels: {by: 'empty'}}}"));
        validating(hook("/lenient", "{failurePolicy: 'Ignore', clientConfig: {url: '%s'}}", hooks.url("/broken")));
        String labelled = "{metadata: {name: 'c', labels: {by: '%s'}}}";
        admin.post(configMaps, Json.object(labelled, "broken"))
                .refused(
                        500,
                        "InternalError",
                        "Internal error occurred: failed calling webhook \"broken.example.com\": failed to call webhook:"
                                + " an error on the server (\"out of order\") has prevented the request from succeeding");
        assertThat(admin.post(configMaps, Json.object(labelled, "garbled"))
                        .expect(500)
                        .at("/message"))
                .startsWith("Internal error occurred: failed calling webhook \"garbled.example.com\": received invalid"
                        + " webhook response: expected response.uid=\"")
                .endsWith(", got \"other\"");
        admin.post(configMaps, Json.object(labelled, "empty"))
                .refused(
                        500,
                        "InternalError",
                        "Internal error occurred: failed calling webhook \"empty.example.com\": received invalid webhook"
                                + " response: webhook response was absent");
        admin.post(configMaps, configMap("c")).expect(201);
    }

    @Test
    void webhooksThatCannotBeReachedAreFailures() throws Exception {
        hooks.on("/distrusted", WebhookServer::allow);
        CountDownLatch done = new CountDownLatch(1);
        hooks.on("/slow", review -> {
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return WebhookServer.allow(review);
        });
        validating(hook(
                "/distrusted",
                "{objectSelector: {matchLabels: {by: 'distrusted'}}, clientConfig: {url: '%s'}}",
                hooks.url("/distrusted")));
        validating(hook("/slow", "{objectSelector: {matchLabels: {by: 'slow'}}, timeoutSeconds: 1}"));
        validating(hook(
                "/lost",
                "{objectSelector: {matchLabels: {by: 'lost'}}, clientConfig: {service: {name: 'none', namespace: '%s',"
                        + " path: '/x'}}}",
                namespace));
        String labelled = "{metadata: {name: 'c', labels: {by: '%s'}}}";
        admin.post(configMaps, Json.object(labelled, "distrusted"))
                .refused(
                        500,
                        "InternalError",
                        "Internal error occurred: failed calling webhook \"distrusted.example.com\": failed to call"
                                + " webhook: Post \"" + hooks.url("/distrusted")
                                + "?timeout=10s\": tls: failed to verify certificate: x509: certificate signed by unknown"
                                + " authority");
        admin.post(configMaps, Json.object(labelled, "slow"))
                .refused(
                        500,
                        "InternalError",
                        "Internal error occurred: failed calling webhook \"slow.example.com\": failed to call webhook:"
                                + " Post \"" + hooks.url("/slow") + "?timeout=1s\": context deadline exceeded");
        done.countDown();
        admin.post(configMaps, Json.object(labelled, "lost"))
                .refused(
                        500,
                        "InternalError",
                        "Internal error occurred: failed calling webhook \"lost.example.com\": failed to call webhook:"
                                + " Post \"https://none." + namespace
                                + ".svc:443/x?timeout=10s\": services \"none\" not found");
    }

    @Test
    void dryRunsAskOnlyWhomThatDoesNotMove() throws Exception {
        hooks.on("/dry", WebhookServer::allow);
        validating(hook("/dry", "{}"));
        admin.post(configMaps + "?dryRun=All", configMap("c")).expect(201);
        assertThat(hooks.asked("/dry").getFirst().path("dryRun").asBoolean()).isTrue();
        assertThat(hooks.asked("/dry").getFirst().at("/options/dryRun/0").asText())
                .isEqualTo("All");
        admin.get(configMaps + "/c").expect(404);
    }

    @Test
    void conditionsSayWhatIsOfNoInterest() throws Exception {
        hooks.on("/conditional", review -> WebhookServer.deny(review, Json.object("{}")));
        validating(hook(
                "/conditional",
                "{matchConditions: [{name: 'mine', expression: \"request.userInfo.username != 'nobody'\"},"
                        + " {name: 'guarded', expression: \"object.data.a == 'guarded'\"}]}"));
        admin.post(configMaps, configMap("c")).expect(201);
        admin.post(configMaps, Json.object("{metadata: {name: 'd'}, data: {a: 'guarded'}}"))
                .refused(
                        400,
                        "",
                        "admission webhook \"conditional.example.com\" denied the request without explanation");
        admin.post(configMaps, Json.object("{metadata: {name: 'e'}, data: {b: 'c'}}"))
                .refused(
                        403,
                        "Forbidden",
                        "configmaps \"e\" is forbidden: expression 'object.data.a == 'guarded'' resulted in error: no such"
                                + " key: a");
    }

    @Test
    void otherVersionsOfWhatTheRulesNameAreConverted() throws Exception {
        hooks.on(
                "/equivalent",
                review -> WebhookServer.patch(
                        review, "[{\"op\": \"replace\", \"path\": \"/spec/maxReplicas\", \"value\": 7}]"));
        hooks.on("/exact", WebhookServer::allow);
        String rules =
                "rules: [{operations: ['CREATE'], apiGroups: ['autoscaling'], apiVersions: ['v1'], resources: ['horizontalpodautoscalers']}]";
        mutating(hook("/equivalent", "{" + rules + "}"), hook("/exact", "{matchPolicy: 'Exact', " + rules + "}"));
        Reply made = admin.post(
                        "/apis/autoscaling/v2/namespaces/" + namespace + "/horizontalpodautoscalers",
                        Json.object(
                                "{metadata: {name: 'h'}, spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'd'}, metrics: [{type: 'Resource', resource: {name: 'cpu', target: {type: 'Utilization', averageUtilization: 50}}}]}}"))
                .expect(201);
        assertThat(made.at("/spec/maxReplicas")).isEqualTo("7");
        assertThat(made.at("/apiVersion")).isEqualTo("autoscaling/v2");
        assertThat(made.at("/spec/metrics/0/resource/target/averageUtilization"))
                .isEqualTo("50");
        JsonNode asked = hooks.asked("/equivalent").getFirst();
        assertThat(asked.at("/kind/version").asText()).isEqualTo("v1");
        assertThat(asked.at("/requestKind/version").asText()).isEqualTo("v2");
        assertThat(asked.at("/object/apiVersion").asText()).isEqualTo("autoscaling/v1");
        assertThat(asked.at("/object/spec/targetCPUUtilizationPercentage").asInt())
                .isEqualTo(50);
        assertThat(hooks.asked("/exact")).isEmpty();
    }

    @Test
    void subresourcesAndCollectionsAreReviewed() throws Exception {
        hooks.on("/scale", review -> WebhookServer.deny(review, Json.object("{status: {message: 'big enough'}}")));
        hooks.on("/each", WebhookServer::allow);
        hooks.on("/exec", review -> WebhookServer.deny(review, Json.object("{status: {message: 'hands off'}}")));
        validating(
                hook(
                        "/scale",
                        "{rules: [{operations: ['UPDATE'], apiGroups: ['apps'], apiVersions: ['*'], resources: ['*/scale']}]}"));
        validating(hook("/each", "{}"));
        validating(
                hook(
                        "/exec",
                        "{rules: [{operations: ['CONNECT'], apiGroups: ['*'], apiVersions: ['*'], resources: ['pods/exec']}]}"));
        String deployments = "/apis/apps/v1/namespaces/" + namespace + "/deployments";
        admin.post(
                        deployments,
                        Json.object(
                                "{metadata: {name: 'd'}, spec: {replicas: 2, selector: {matchLabels: {a: 'b'}}, template: {metadata: {labels: {a: 'b'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}}}}"))
                .expect(201);
        admin.patch(deployments + "/d/scale", Rest.MERGE_PATCH, "{spec: {replicas: 4}}")
                .refused(400, "", "admission webhook \"scale.example.com\" denied the request: big enough");
        JsonNode scale = hooks.asked("/scale").getFirst();
        assertThat(scale.path("subResource").asText()).isEqualTo("scale");
        assertThat(scale.path("kind")).isEqualTo(Json.object("{group: 'autoscaling', version: 'v1', kind: 'Scale'}"));
        assertThat(scale.at("/object/spec/replicas").asInt()).isEqualTo(4);
        assertThat(scale.at("/oldObject/spec/replicas").asInt()).isEqualTo(2);
        admin.patch(deployments + "/d", Rest.MERGE_PATCH, "{spec: {replicas: 3}}")
                .expect(200);

        admin.post(configMaps, configMap("c1")).expect(201);
        admin.post(configMaps, configMap("c2")).expect(201);
        admin.delete(configMaps).expect(200);
        assertThat(hooks.asked("/each").stream()
                        .filter(each -> each.path("operation").asText().equals("DELETE"))
                        .map(each -> each.at("/oldObject/metadata/name").asText()))
                .containsExactlyInAnyOrder("c1", "c2");

        admin.post(
                        "/api/v1/namespaces/" + namespace + "/pods",
                        Json.object("{metadata: {name: 'p'}, spec: {containers: [{name: 'c', image: 'nginx'}]}}"))
                .expect(201);
        admin.get("/api/v1/namespaces/" + namespace + "/pods/p/exec?command=ls&command=-l&stdout=true")
                .refused(400, "", "admission webhook \"exec.example.com\" denied the request: hands off");
        JsonNode exec = hooks.asked("/exec").getFirst();
        assertThat(exec.path("operation").asText()).isEqualTo("CONNECT");
        assertThat(exec.path("name").asText()).isEqualTo("p");
        assertThat(exec.path("object"))
                .isEqualTo(
                        Json.object("{kind: 'PodExecOptions', apiVersion: 'v1', stdout: true, command: ['ls', '-l']}"));
    }

    @Test
    void generatedNamesAndNamespacesAreReviewedAsKubernetesHasThem() throws Exception {
        hooks.on("/names", WebhookServer::allow);
        hooks.on("/spaces", review -> WebhookServer.deny(review, Json.object("{}")));
        mutating(hook("/names", "{}"));
        validating(hook(
                "/spaces",
                "{rules: [{operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['namespaces'], scope: 'Cluster'}],"
                        + " namespaceSelector: {matchLabels: {guarded: '%s'}}}",
                namespace));
        Reply made = admin.post(configMaps, Json.object("{metadata: {generateName: 'g-'}}"))
                .expect(201);
        JsonNode asked = hooks.asked("/names").getFirst();
        assertThat(asked.has("name")).isFalse();
        assertThat(asked.at("/object/metadata").has("uid")).isFalse();
        assertThat(made.name()).startsWith("g-").hasSize(7);
        admin.post(
                        "/api/v1/namespaces",
                        Json.object("{metadata: {name: '%s-x', labels: {guarded: '%s'}}}", namespace, namespace))
                .expect(400);
        assertThat(hooks.asked("/spaces").getFirst().path("namespace").asText()).isEqualTo(namespace + "-x");
    }

    @Test
    void noWebhookKeepsOthersFromConfiguringWebhooks() throws Exception {
        hooks.on("/jealous", review -> WebhookServer.deny(review, Json.object("{}")));
        validating(
                hook(
                        "/jealous",
                        "{namespaceSelector: {}, rules: [{operations: ['*'], apiGroups: ['admissionregistration.k8s.io'], apiVersions: ['*'], resources: ['*']}]}"));
        admin.delete(configured.removeFirst()).expect(200);
        assertThat(hooks.asked("/jealous")).isEmpty();
    }

    @Test
    void configurationsAreValidated() throws Exception {
        Reply refused = admin.post(
                        CONFIGURATIONS + "validatingwebhookconfigurations",
                        Json.object(
                                "{metadata: {name: 'wrong'}, webhooks: [{name: 'short.name', sideEffects: 'Some', timeoutSeconds: 31, admissionReviewVersions: ['v2'],"
                                        + " clientConfig: {url: 'http://u@host/?q=1'}, failurePolicy: 'Perhaps',"
                                        + " rules: [{operations: ['CREATE', '*'], apiGroups: [], apiVersions: [''], resources: ['*/*', 'pods']}],"
                                        + " matchConditions: [{name: 'n', expression: 'object.x'}, {name: 'n', expression: 'nothing'}]}]}"))
                .expect(422);
        List<String> fields = refused.json().at("/details/causes").findValuesAsText("field");
        assertThat(fields)
                .containsExactly(
                        "webhooks[0].name",
                        "webhooks[0].rules[0].operations",
                        "webhooks[0].rules[0].apiGroups",
                        "webhooks[0].rules[0].apiVersions[0]",
                        "webhooks[0].rules[0].resources",
                        "webhooks[0].failurePolicy",
                        "webhooks[0].sideEffects",
                        "webhooks[0].timeoutSeconds",
                        "webhooks[0].clientConfig.url",
                        "webhooks[0].clientConfig.url",
                        "webhooks[0].clientConfig.url",
                        "webhooks[0].matchConditions[0].expression",
                        "webhooks[0].matchConditions[1].expression",
                        "webhooks[0].matchConditions[1].name",
                        "webhooks[0].admissionReviewVersions");
        assertThat(refused.at("/message"))
                .contains(
                        "webhooks[0].name: Invalid value: \"short.name\": should be a domain with at least three segments separated by dots",
                        "webhooks[0].matchConditions[0].expression: Invalid value: \"object.x\": must evaluate to bool but got dyn",
                        "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\", \"NoneOnDryRun\"");
    }
}
