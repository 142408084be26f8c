package io.flotilla.apiserver.patch;

import static io.flotilla.apiserver.patch.JsonPatchTest.json;
import static io.flotilla.apiserver.patch.JsonPatchTest.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldManagerTest {
    private static final Schema SCHEMA = Schema.load();
    private static final StructType DEPLOYMENT =
            SCHEMA.kind("apps/v1", "Deployment").orElseThrow();
    private static final FieldManager FIELDS = new FieldManager(SCHEMA);
    private static final String NGINX = "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d','labels':"
            + "{'app':'x'}},'spec':{'replicas':3,'selector':{'matchLabels':{'app':'x'}},'template':{'metadata':{'labels':"
            + "{'app':'x'}},'spec':{'containers':[{'name':'c','image':'nginx','ports':[{'containerPort':80}]}]}}}}";

    private static FieldManager.Write by(String manager) {
        return new FieldManager.Write(manager, "", true, Instant.parse("2026-01-01T00:00:00Z"));
    }

    private static ObjectNode start() {
        return object("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'}}");
    }

    private static ObjectNode apply(String manager, ObjectNode live, String config, boolean force) {
        ObjectNode result = FIELDS.apply(DEPLOYMENT, by(manager), live, object(config), force);
        ((ObjectNode) result.get("metadata")).put("uid", "u");
        return result;
    }

    private static JsonNode fields(ObjectNode object, String manager, String operation) {
        for (JsonNode entry : object.path("metadata").path("managedFields")) {
            if (entry.path("manager").asText().equals(manager)
                    && entry.path("operation").asText().equals(operation)) {
                return entry.path("fieldsV1");
            }
        }
        return json("null");
    }

    @Test
    void anApplierOwnsWhatItApplies() {
        ObjectNode applied = apply("kubectl", start(), NGINX, false);
        assertThat(fields(applied, "kubectl", "Apply"))
                .isEqualTo(
                        json(
                                "{'f:metadata':{'f:labels':{'f:app':{}}},'f:spec':{'f:replicas':{},'f:selector':{},"
                                        + "'f:template':{'f:metadata':{'f:labels':{'f:app':{}}},'f:spec':{'f:containers':{"
                                        + "'k:{\\\"name\\\":\\\"c\\\"}':{'.':{},'f:image':{},'f:name':{},'f:ports':{"
                                        + "'k:{\\\"containerPort\\\":80,\\\"protocol\\\":\\\"TCP\\\"}':{'.':{},'f:containerPort':{}}}}}}}}}"));
        assertThat(applied.at("/metadata/managedFields/0/apiVersion").asText()).isEqualTo("apps/v1");
        assertThat(applied.at("/metadata/managedFields/0/time").asText()).isEqualTo("2026-01-01T00:00:00Z");
        ObjectNode again = apply("kubectl", applied, NGINX, false);
        assertThat(again).isEqualTo(applied);
    }

    @Test
    void whatIsNoLongerAppliedGoesUnlessSomeoneElseOwnsIt() {
        ObjectNode live = apply(
                "a", start(), NGINX.replace("'app':'x'}},'spec'", "'app':'x','gone':'1','kept':'2'}},'spec'"), false);
        live = apply(
                "b",
                live,
                "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d','labels':{'kept':'2'}}}",
                false);
        live = apply("a", live, NGINX.replace("'image':'nginx',", ""), false);
        assertThat(live.at("/metadata/labels")).isEqualTo(json("{'app':'x','kept':'2'}"));
        assertThat(live.at("/spec/template/spec/containers/0").has("image")).isFalse();
        assertThat(live.at("/spec/template/spec/containers/0/ports/0/containerPort")
                        .asInt())
                .isEqualTo(80);
    }

    @Test
    void itemsOfListsAreAddedAndRemovedOneByOne() {
        ObjectNode live = apply("a", start(), NGINX, false);
        String sidecar =
                "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{'template':{'spec':"
                        + "{'containers':[{'name':'s','image':'side'}]}}}}";
        live = apply("b", live, sidecar, false);
        assertThat(live.at("/spec/template/spec/containers").findValuesAsText("name"))
                .containsExactly("c", "s");
        live = apply("b", live, "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'}}", false);
        assertThat(live.at("/spec/template/spec/containers").findValuesAsText("name"))
                .containsExactly("c");
        assertThat(fields(live, "b", "Apply").isNull()).isTrue();
    }

    @Test
    void conflictsNameManagerAndField() {
        ObjectNode live = apply("a", start(), NGINX, false);
        ObjectNode scaled = live.deepCopy();
        ((ObjectNode) scaled.get("spec")).put("replicas", 5);
        noteUpdate(DEPLOYMENT, by("hpa"), live, scaled);
        assertThat(fields(scaled, "hpa", "Update")).isEqualTo(json("{'f:spec':{'f:replicas':{}}}"));
        assertThat(fields(scaled, "a", "Apply").path("f:spec").has("f:replicas"))
                .isFalse();
        assertThatThrownBy(() -> apply("a", scaled, NGINX, false))
                .hasMessage("Apply failed with 1 conflict: conflict with \"hpa\" using apps/v1: .spec.replicas")
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.code()).isEqualTo(409));
        ObjectNode forced = apply("a", scaled, NGINX, true);
        assertThat(forced.at("/spec/replicas").asInt()).isEqualTo(3);
        assertThat(fields(forced, "hpa", "Update").isNull()).isTrue();
        assertThatThrownBy(() -> apply(
                        "b", live, NGINX.replace("nginx", "httpd").replace("'replicas':3", "'replicas':4"), false))
                .hasMessage("Apply failed with 2 conflicts: conflicts with \"a\":\n- .spec.replicas\n"
                        + "- .spec.template.spec.containers[name=\"c\"].image");
    }

    @Test
    void sharedFieldsOfOneValueAreNoConflict() {
        ObjectNode live = apply("a", start(), NGINX, false);
        ObjectNode both = apply("b", live, NGINX, false);
        assertThat(both.at("/metadata/managedFields")).hasSize(2);
        ObjectNode left =
                apply("a", both, "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'}}", false);
        assertThat(left.at("/spec/replicas").asInt()).isEqualTo(3);
    }

    private static void noteUpdate(
            StructType type, FieldManager.Write write, @Nullable ObjectNode live, ObjectNode object) {
        FIELDS.look(type, write, live, object).write(object);
    }

    @Test
    void creationsAreTrackedAsUpdates() {
        ObjectNode created = object(NGINX);
        SCHEMA.pruneAndValidate(DEPLOYMENT, created);
        SCHEMA.applyDefaults(DEPLOYMENT, created);
        noteUpdate(DEPLOYMENT, by("kubectl-create"), null, created);
        JsonNode fields = fields(created, "kubectl-create", "Update");
        assertThat(fields.at("/f:metadata")).isEqualTo(json("{'f:labels':{'.':{},'f:app':{}}}"));
        assertThat(fields.at("/f:spec/f:strategy"))
                .isEqualTo(json("{'f:rollingUpdate':{'.':{},'f:maxSurge':{},'f:maxUnavailable':{}},'f:type':{}}"));
        assertThat(fields.at("/f:spec/f:template/f:spec/f:containers").toString())
                .startsWith(
                        "{\"k:{\\\"name\\\":\\\"c\\\"}\":{\".\":{},\"f:image\":{},\"f:imagePullPolicy\":{},\"f:name\":{},"
                                + "\"f:ports\":{\".\":{},\"k:{\\\"containerPort\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},"
                                + "\"f:containerPort\":{},\"f:protocol\":{}}},\"f:resources\":{}");
        assertThat(fields.has("f:apiVersion")).isFalse();
        assertThat(fields.has("f:status")).isFalse();
    }

    @Test
    void whatTheServerAddsIsNobodys() {
        ObjectNode sent = object(NGINX);
        FieldManager.Note creation = FIELDS.look(DEPLOYMENT, by("kubectl-create"), null, sent);
        sent.withObject("/metadata/annotations").put("added", "yes");
        creation.write(sent);
        assertThat(fields(sent, "kubectl-create", "Update").path("f:metadata").has("f:annotations"))
                .isFalse();

        ObjectNode changed = sent.deepCopy();
        changed.withObject("/spec").put("replicas", 7).put("paused", true);
        FieldManager.Note update = FIELDS.look(DEPLOYMENT, by("kubectl-edit"), sent, changed);
        changed.withObject("/spec").put("minReadySeconds", 5).remove("paused");
        update.write(changed);
        assertThat(fields(changed, "kubectl-edit", "Update")).isEqualTo(json("{'f:spec':{'f:replicas':{}}}"));
    }

    @Test
    void statusIsTrackedApart() {
        ObjectNode live = apply("a", start(), NGINX, false);
        ObjectNode changed = live.deepCopy();
        changed.putObject("status").put("replicas", 1);
        noteUpdate(
                DEPLOYMENT,
                new FieldManager.Write("controller", "status", true, Instant.parse("2026-01-01T00:00:01Z")),
                live,
                changed);
        JsonNode entry = changed.at("/metadata/managedFields/1");
        assertThat(entry.path("subresource").asText()).isEqualTo("status");
        assertThat(entry.path("fieldsV1")).isEqualTo(json("{'f:status':{'.':{},'f:replicas':{}}}"));
        ObjectNode same = changed.deepCopy();
        noteUpdate(
                DEPLOYMENT,
                new FieldManager.Write("controller", "status", true, Instant.parse("2026-01-01T00:00:09Z")),
                changed,
                same);
        assertThat(same).isEqualTo(changed);
    }

    @Test
    void aSingleEmptyEntryResetsOwnership() {
        ObjectNode live = apply("a", start(), NGINX, false);
        ObjectNode reset = live.deepCopy();
        ((ObjectNode) reset.get("metadata")).putArray("managedFields").addObject();
        noteUpdate(DEPLOYMENT, by("x"), live, reset);
        assertThat(reset.path("metadata").has("managedFields")).isFalse();
    }

    @Test
    void oldUpdatersArePutTogether() {
        ObjectNode live = apply("a", start(), NGINX, false);
        for (int i = 0; i < 15; i++) {
            ObjectNode next = live.deepCopy();
            ((ObjectNode) next.at("/metadata/labels")).put("l" + i, "1");
            noteUpdate(
                    DEPLOYMENT,
                    new FieldManager.Write(
                            "m" + i,
                            "",
                            true,
                            Instant.parse("2026-01-01T00:00:00Z").plusSeconds(i)),
                    live,
                    next);
            live = next;
        }
        assertThat(live.at("/metadata/managedFields")).hasSize(11);
        assertThat(fields(live, "ancient-changes", "Update")
                        .at("/f:metadata/f:labels")
                        .size())
                .isEqualTo(6);
    }
}
