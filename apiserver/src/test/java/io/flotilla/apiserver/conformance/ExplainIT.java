package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code kubectl explain} reads: the documents, followed from a kind along a path of fields. */
@ExtendWith(Cluster.class)
class ExplainIT {
    private final Rest admin;

    ExplainIT(Cluster.Running cluster) {
        this.admin = cluster.admin();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            api/v1 | Pod | | A group of containers that run on one node and share its network and volumes.
            api/v1 | Pod | spec | Desired behaviour of the pod.
            api/v1 | Pod | spec.containers.livenessProbe.periodSeconds | Seconds between checks. Defaults to 10.
            api/v1 | Pod | metadata.ownerReferences.uid | UID of the owner.
            api/v1 | Pod | status.conditions.lastTransitionTime | When the condition last changed from one status to another.
            apis/apps/v1 | Deployment | spec.template.spec.tolerations.tolerationSeconds | Seconds that a NoExecute taint is tolerated; for ever unless given.
            apis/apps/v1 | Deployment | spec.strategy.rollingUpdate.maxSurge | How many pods more than wanted may exist, as a number or a percentage. Defaults to 25%.
            apis/autoscaling/v2 | HorizontalPodAutoscaler | spec.behavior.scaleDown.policies.periodSeconds | Length of the window in seconds, from 1 to 1800.
            """)
    void aFieldIsExplainedByBothFormsOfTheDocuments(String group, String kind, @Nullable String path, String text)
            throws Exception {
        String version = group.substring(group.lastIndexOf('/') + 1);
        String api = group.equals("api/v1") ? "" : group.split("/")[1];
        JsonNode v3 = admin.get("/openapi/v3/" + group).expect(200).json();
        JsonNode v2 = admin.get("/openapi/v2", "accept", "application/json")
                .expect(200)
                .json();
        assertThat(explain(v3, v3.at("/components/schemas"), api, version, kind, path))
                .isEqualTo(text);
        assertThat(explain(v2, v2.path("definitions"), api, version, kind, path))
                .isEqualTo(text);
    }

    private static String explain(
            JsonNode document, JsonNode schemas, String group, String version, String kind, @Nullable String path) {
        JsonNode schema = schemas.valueStream()
                .filter(each -> each.path("x-kubernetes-group-version-kind")
                        .valueStream()
                        .anyMatch(type -> type.path("group").asText().equals(group)
                                && type.path("version").asText().equals(version)
                                && type.path("kind").asText().equals(kind)))
                .findFirst()
                .orElseThrow();
        if (path == null) {
            return schema.path("description").asText();
        }
        JsonNode field = schema;
        for (String name : path.split("\\.")) {
            field = target(document, field).path("properties").path(name);
        }
        return field.path("description").asText();
    }

    /** The type that a field is of, or its elements are. */
    private static JsonNode target(JsonNode document, JsonNode schema) {
        if (schema.has("items")) {
            return target(document, schema.path("items"));
        }
        if (schema.has("allOf")) {
            return target(document, schema.at("/allOf/0"));
        }
        return schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    }
}
