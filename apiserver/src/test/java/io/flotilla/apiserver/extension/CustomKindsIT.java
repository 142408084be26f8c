package io.flotilla.apiserver.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.storage.EtcdExtension;
import io.flotilla.apiserver.storage.Fencing;
import io.flotilla.apiserver.storage.Versioned;
import io.flotilla.apiserver.storage.Written;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(600)
final class CustomKindsIT {
    @RegisterExtension
    static final EtcdExtension ETCD = new EtcdExtension(1);

    /** What is followed by watches is there at once, however long the threads that follow are kept waiting. */
    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    private static final AtomicInteger GROUPS = new AtomicInteger();
    private static CustomServer one;
    private static CustomServer other;

    private final String group = "g" + GROUPS.incrementAndGet() + ".example.com";

    @BeforeAll
    static void start() {
        one = new CustomServer(ETCD.config());
        other = new CustomServer(ETCD.config());
        one.create("", "v1", "namespaces", CustomServer.parse("{metadata:{name:'default'}}"));
    }

    @AfterAll
    static void stop() {
        one.close();
        other.close();
    }

    private static final String SPEC = """
            {type:'object',properties:{
               spec:{type:'object',properties:{color:{type:'string'},size:{type:'integer',maximum:10},replicas:{type:'integer'}},
                     'x-kubernetes-validations':[{rule:'!has(oldSelf.color) || self.color == oldSelf.color',
                                                  message:'color is immutable'}]},
               status:{type:'object',properties:{replicas:{type:'integer'}}}}}""";

    private String version(String name, boolean storage, String schema) {
        return "{name:'" + name + "',served:true,storage:" + storage + ",schema:{openAPIV3Schema:" + schema
                + "},selectableFields:[{jsonPath:'.spec.color'}],subresources:{status:{},scale:"
                + "{specReplicasPath:'.spec.replicas',statusReplicasPath:'.status.replicas'}}}";
    }

    private String kind(String plural, String kind, String... versions) {
        return "{group:'" + group + "',scope:'Namespaced',names:{plural:'" + plural + "',kind:'" + kind
                + "',shortNames:['x" + plural + "']},versions:[" + String.join(",", versions) + "]}";
    }

    private void define() {
        one.define(kind("things", "Thing", version("v1", true, SPEC)));
        one.awaitServed(group, "v1", "things");
        other.awaitServed(group, "v1", "things");
    }

    private ObjectNode thing(String name, String spec) {
        return CustomServer.parse(
                "{apiVersion:'" + group + "/v1',kind:'Thing',metadata:{name:'" + name + "'},spec:" + spec + "}");
    }

    private JsonNode condition(CustomServer server, String definition, String type) {
        for (JsonNode each : server.definition(definition).path("status").path("conditions")) {
            if (each.path("type").asText().equals(type)) {
                return each;
            }
        }
        return CustomServer.parse("{}");
    }

    @Test
    void aDefinedKindIsServedByEveryServer() {
        one.define(kind("things", "Thing", version("v1", true, SPEC)));
        await().atMost(A_MINUTE).until(() -> one.serves(group, "v1", "things"));
        await().atMost(A_MINUTE).until(() -> other.serves(group, "v1", "things"));
        assertThat(other.discovery.resources(group, "v1")).isPresent();
        other.create(group, "v1", "things", thing("a", "{color:'red'}"));
        assertThat(one.get(group, "v1", "things", "a", "").at("/spec/color").asText())
                .isEqualTo("red");
        assertThat(condition(one, "things." + group, "Established")
                        .path("reason")
                        .asText())
                .isEqualTo("InitialNamesAccepted");
    }

    @Test
    void objectsAreHeldAgainstTheirSchemaAndItsRules() {
        define();
        assertThatThrownBy(() -> one.create(group, "v1", "things", thing("a", "{size:11}")))
                .isInstanceOf(StatusException.class)
                .hasMessageContaining(
                        "spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10");
        one.create(group, "v1", "things", thing("a", "{color:'red'}"));
        assertThatThrownBy(() -> other.patch(group, "v1", "things", "a", "", "{spec:{color:'blue'}}"))
                .hasMessageContaining("spec: Invalid value: color is immutable");
    }

    @Test
    void aDefinitionThatWouldNotBeAcceptedAnyMoreCanStillGo() {
        one.define(kind("things", "Thing", version("v1", true, SPEC)));
        one.awaitServed(group, "v1", "things");
        String name = "things." + group;
        String key = "/registry/apiextensions.k8s.io/customresourcedefinitions/" + name;
        Versioned live = one.store.get(key).orElseThrow();
        String stored = new String(live.value(), StandardCharsets.UTF_8);
        String expensive = stored.replace(
                "!has(oldSelf.color) || self.color == oldSelf.color", "self.color.matches(self.color + self.color)");
        assertThat(expensive).isNotEqualTo(stored);
        assertThat(one.store.put(key, expensive.getBytes(StandardCharsets.UTF_8), live.revision(), 0, Fencing.NONE))
                .isInstanceOf(Written.Done.class);
        await().atMost(A_MINUTE).until(() -> one.definition(name).toString().contains("matches"));
        one.patch("apiextensions.k8s.io", "v1", "customresourcedefinitions", name, "", "{metadata:{labels:{a:'b'}}}");
        assertThatThrownBy(() -> one.patch(
                        "apiextensions.k8s.io",
                        "v1",
                        "customresourcedefinitions",
                        name,
                        "",
                        "{spec:{names:{shortNames:['tt']}}}"))
                .hasMessageContaining("estimated rule cost exceeds budget by factor of more than 100x");
        one.delete("apiextensions.k8s.io", "v1", "customresourcedefinitions", name);
        await().atMost(A_MINUTE).until(() -> one.store.get(key).isEmpty());
    }

    @Test
    void unknownFieldsArePrunedWithAWarning() {
        define();
        one.warnings.clear();
        ObjectNode created = one.create(group, "v1", "things", thing("a", "{color:'red',colour:'red'}"));
        assertThat(created.at("/spec/colour").isMissingNode()).isTrue();
        assertThat(one.warnings).containsExactly("unknown field \"spec.colour\"");
    }

    @Test
    void statusAndSpecAreWrittenApart() {
        define();
        ObjectNode created = one.create(
                group,
                "v1",
                "things",
                thing("a", "{color:'red',replicas:1}").set("status", CustomServer.parse("{replicas:7}")));
        assertThat(created.has("status")).isFalse();
        assertThat(created.at("/metadata/generation").asInt()).isEqualTo(1);
        ObjectNode status = one.patch(group, "v1", "things", "a", "status", "{spec:{replicas:5},status:{replicas:3}}");
        assertThat(status.at("/spec/replicas").asInt()).isEqualTo(1);
        assertThat(status.at("/status/replicas").asInt()).isEqualTo(3);
        assertThat(status.at("/metadata/generation").asInt()).isEqualTo(1);
        ObjectNode spec = one.patch(group, "v1", "things", "a", "", "{spec:{replicas:5},status:{replicas:9}}");
        assertThat(spec.at("/status/replicas").asInt()).isEqualTo(3);
        assertThat(spec.at("/metadata/generation").asInt()).isEqualTo(2);
    }

    @Test
    void theScaleIsWhereTheDefinitionSays() {
        define();
        one.create(group, "v1", "things", thing("a", "{replicas:2}"));
        ObjectNode scale = one.patch(group, "v1", "things", "a", "scale", "{spec:{replicas:4}}");
        assertThat(scale.at("/spec/replicas").asInt()).isEqualTo(4);
        assertThat(one.get(group, "v1", "things", "a", "").at("/spec/replicas").asInt())
                .isEqualTo(4);
    }

    @Test
    void objectsAreSelectedByTheFieldsOfTheDefinition() {
        define();
        one.create(group, "v1", "things", thing("a", "{color:'red'}"));
        one.create(group, "v1", "things", thing("b", "{color:'blue'}"));
        assertThat(other.list(group, "v1", "things", "spec.color=blue")).containsExactly("b");
        assertThatThrownBy(() -> other.list(group, "v1", "things", "spec.size=1"))
                .hasMessageContaining("field label not supported: spec.size");
    }

    @Test
    void aDefaultThatIsAddedLaterShowsOnObjectsOfBefore() {
        define();
        one.create(group, "v1", "things", thing("a", "{color:'red'}"));
        one.patch(
                "apiextensions.k8s.io",
                "v1",
                "customresourcedefinitions",
                "things." + group,
                "",
                "{spec:{versions:["
                        + version("v1", true, SPEC.replace("{type:'integer',maximum:10}", "{type:'integer',default:5}"))
                        + "]}}");
        for (CustomServer server : new CustomServer[] {one, other}) {
            await().atMost(A_MINUTE)
                    .untilAsserted(() -> assertThat(server.get(group, "v1", "things", "a", "")
                                    .at("/spec/size")
                                    .asInt())
                            .isEqualTo(5));
        }
    }

    @Test
    void oldListsShowObjectsAsTheyAreServedNow() {
        define();
        String created = one.create(group, "v1", "things", thing("a", "{color:'red'}"))
                .at("/metadata/resourceVersion")
                .asText();
        one.patch(group, "v1", "things", "a", "", "{spec:{color:'red',replicas:3}}");
        one.patch(
                "apiextensions.k8s.io",
                "v1",
                "customresourcedefinitions",
                "things." + group,
                "",
                "{spec:{versions:["
                        + version("v1", false, SPEC)
                        + ","
                        + version("v2", true, SPEC.replace("{type:'integer',maximum:10}", "{type:'integer',default:5}"))
                        + "]}}");
        one.awaitServed(group, "v2", "things");

        for (String version : List.of("v1", "v2")) {
            ObjectNode thing = one.listAt(group, version, "things", created).getFirst();
            assertThat(thing.path("apiVersion").asText()).isEqualTo(group + "/" + version);
            assertThat(thing.path("spec")).isEqualTo(CustomServer.parse("{color:'red',size:5}"));
        }
    }

    @Test
    void objectsStoredInAnOlderVersionAreReadInTheNewOne() {
        define();
        one.create(group, "v1", "things", thing("a", "{color:'red'}"));
        one.patch(
                "apiextensions.k8s.io",
                "v1",
                "customresourcedefinitions",
                "things." + group,
                "",
                "{spec:{versions:[" + version("v1", false, SPEC) + "," + version("v2", true, SPEC) + "]}}");
        one.awaitServed(group, "v2", "things");
        assertThat(one.definition("things." + group)
                        .at("/status/storedVersions")
                        .toString())
                .isEqualTo("[\"v1\",\"v2\"]");
        assertThat(one.get(group, "v2", "things", "a", "").path("apiVersion").asText())
                .isEqualTo(group + "/v2");
        assertThat(one.get(group, "v1", "things", "a", "").path("apiVersion").asText())
                .isEqualTo(group + "/v1");
        assertThat(stored("a")).contains("\"apiVersion\":\"" + group + "/v1\"");
        one.patch(group, "v2", "things", "a", "", "{}");
        assertThat(stored("a")).contains("\"apiVersion\":\"" + group + "/v2\"");
    }

    private String stored(String name) {
        return new String(
                one.store
                        .get("/registry/" + group + "/things/default/" + name)
                        .orElseThrow()
                        .value(),
                StandardCharsets.UTF_8);
    }

    @Test
    void namesThatAreTakenAreNotGivenAgain() {
        define();
        one.define(kind("others", "Thing", version("v1", true, SPEC)));
        await().atMost(A_MINUTE)
                .untilAsserted(() -> assertThat(condition(one, "others." + group, "NamesAccepted")
                                .path("reason")
                                .asText())
                        .isIn("KindConflict", "ListKindConflict"));
        assertThat(condition(one, "others." + group, "Established")
                        .path("status")
                        .asText())
                .isEqualTo("False");
        assertThat(one.serves(group, "v1", "others")).isFalse();
        one.delete("apiextensions.k8s.io", "v1", "customresourcedefinitions", "things." + group);
        one.awaitServed(group, "v1", "others");
    }

    @Test
    void aDefinitionThatIsDeletedTakesItsObjectsWithIt() {
        define();
        for (int i = 0; i < 20; i++) {
            one.create(group, "v1", "things", thing("t" + i, "{color:'red'}"));
        }
        one.delete("apiextensions.k8s.io", "v1", "customresourcedefinitions", "things." + group);
        await().atMost(A_MINUTE).until(() -> !one.serves(group, "v1", "things"));
        await().atMost(A_MINUTE).until(() -> !other.serves(group, "v1", "things"));
        assertThat(one.store
                        .range("/registry/" + group + "/", "/registry/" + group + "/", 10, 0)
                        .items())
                .isEmpty();
        assertThatThrownBy(() -> one.definition("things." + group)).hasMessageContaining("not found");
    }

    private void deleteWithAnObjectThatIsHeld() {
        define();
        ObjectNode held = thing("a", "{color:'red'}");
        ((ObjectNode) held.get("metadata")).putArray("finalizers").add("example.com/hold");
        one.create(group, "v1", "things", held);
        one.delete("apiextensions.k8s.io", "v1", "customresourcedefinitions", "things." + group);
    }

    @Test
    void aDefinitionWaitsForObjectsThatAreHeld() {
        deleteWithAnObjectThatIsHeld();
        await().atMost(A_MINUTE)
                .untilAsserted(() -> assertThat(condition(one, "things." + group, "Terminating")
                                .path("reason")
                                .asText())
                        .isEqualTo("InstanceDeletionInProgress"));
        await().atMost(A_MINUTE)
                .untilAsserted(() -> assertThatThrownBy(
                                () -> one.create(group, "v1", "things", thing("b", "{color:'red'}")))
                        .hasMessage("create not allowed while custom resource definition is terminating"));
        one.patch(group, "v1", "things", "a", "", "{metadata:{finalizers:null}}");
        await().atMost(A_MINUTE).until(() -> !one.serves(group, "v1", "things"));
    }

    @Test
    void whatIsDefinedAgainKeepsItsObjects() {
        deleteWithAnObjectThatIsHeld();
        await().atMost(A_MINUTE)
                .until(() ->
                        one.get(group, "v1", "things", "a", "").path("metadata").has("deletionTimestamp"));
        // Looks more often than the others, who have waited for a while: it is the one that lets the definition go.
        try (CustomServer late = new CustomServer(ETCD.config())) {
            late.awaitServed(group, "v1", "things");
            late.patch(group, "v1", "things", "a", "", "{metadata:{finalizers:null}}");
            for (CustomServer server : new CustomServer[] {late, one, other}) {
                await().atMost(A_MINUTE).until(() -> !server.serves(group, "v1", "things"));
            }
        }

        define();
        String uid = one.create(group, "v1", "things", thing("a", "{color:'blue'}"))
                .at("/metadata/uid")
                .asText();
        // As long as a server may pause that still believed it had to clean up.
        await().atMost(A_MINUTE)
                .during(Duration.ofSeconds(6))
                .until(() -> one.get(group, "v1", "things", "a", "")
                        .at("/metadata/uid")
                        .asText()
                        .equals(uid));
    }
}
