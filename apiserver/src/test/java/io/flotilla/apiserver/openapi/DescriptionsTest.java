package io.flotilla.apiserver.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code kubectl explain} has to say of the kinds that people write. */
class DescriptionsTest {
    private static final int MAX_LENGTH = 140;
    private static final String V2 = "#/definitions/";
    private static final JsonNode DEFINITIONS = JsonCodec.decodeAny(
                    new OpenApi(Schema.load()).v2("", List.of()).body())
            .path("definitions");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "core/v1.PodList",
                "core/v1.ServiceList",
                "core/v1.ConfigMapList",
                "core/v1.SecretList",
                "core/v1.PersistentVolumeClaimList",
                "apps/v1.DeploymentList",
                "apps/v1.StatefulSetList",
                "apps/v1.DaemonSetList",
                "batch/v1.JobList",
                "batch/v1.CronJobList",
                "networking/v1.IngressList",
                "networking/v1.NetworkPolicyList",
                "rbac/v1.RoleList",
                "autoscaling/v2.HorizontalPodAutoscalerList"
            })
    void everyTypeAndFieldThatAKindReachesIsDescribed(String kind) {
        List<String> missing = new ArrayList<>();
        Set<String> reached = new TreeSet<>();
        walk(Names.definition(kind), reached, missing);
        assertThat(reached).contains("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
        assertThat(missing).isEmpty();
    }

    private static void walk(String name, Set<String> reached, List<String> missing) {
        if (!reached.add(name)) {
            return;
        }
        JsonNode definition = DEFINITIONS.path(name);
        if (definition.path("description").asText().isEmpty()) {
            missing.add(name);
        }
        for (Map.Entry<String, JsonNode> property :
                definition.path("properties").properties()) {
            if (property.getValue().path("description").asText().isEmpty()) {
                missing.add(name + " " + property.getKey());
            }
            for (String reference : property.getValue().findValuesAsText("$ref")) {
                walk(reference.substring(V2.length()), reached, missing);
            }
        }
    }

    @Test
    void everyDescriptionIsOfATypeOrFieldThatExists() {
        Set<String> fields = new TreeSet<>();
        DEFINITIONS.forEach(each -> each.path("properties").fieldNames().forEachRemaining(fields::add));
        List<String> unknown = new ArrayList<>();
        for (String key : Descriptions.load().all().keySet()) {
            int space = key.indexOf(' ');
            String type = space < 0 ? key : key.substring(0, space);
            String field = space < 0 ? "" : key.substring(space + 1);
            JsonNode definition = type.equals("*") ? DEFINITIONS : DEFINITIONS.path(Names.definition(type));
            boolean known = field.isEmpty()
                    || (type.equals("*")
                            ? fields.contains(field)
                            : definition.path("properties").has(field));
            if (definition.isMissingNode() || !known) {
                unknown.add(key);
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void descriptionsAreShortSentences() {
        assertThat(Descriptions.load().all())
                .allSatisfy((_, text) ->
                        assertThat(text).hasSizeLessThan(MAX_LENGTH).matches("[A-Z].*\\."));
    }
}
