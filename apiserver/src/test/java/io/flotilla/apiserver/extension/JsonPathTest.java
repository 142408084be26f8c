package io.flotilla.apiserver.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPathTest {
    private static final JsonNode OBJECT = CustomServer.parse("""
            {metadata:{labels:{'a.b/c':'dotted'}},
             spec:{list:[{n:'one',v:1},{n:'two',v:2}],name:'x'},
             status:{conditions:[{type:'Old',status:'False'},{type:'Ready',status:'True'}]}}""");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ".spec.name | x",
                ".spec.list[0].n | one",
                ".spec.list[-1].n | two",
                ".spec.list[*].v | 1",
                ".status.conditions[?(@.type==\"Ready\")].status | True",
                ".spec.list[?(@.v>1)].n | two",
                ".metadata.labels.a\\.b/c | dotted",
                ".metadata.labels['a.b/c'] | dotted"
            })
    void theFirstValueIsFound(String path, String value) {
        assertThat(JsonPath.parse(path).find(OBJECT).asText()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {".spec.other", ".spec.list[5].n", ".status.conditions[?(@.type==\"No\")].status"})
    void whatIsNotThereIsMissing(String path) {
        assertThat(JsonPath.parse(path).find(OBJECT).isMissingNode()).isTrue();
    }

    @Test
    void pathsOfNamesAloneTellThem() {
        assertThat(JsonPath.parse(".spec.replicas").names()).containsExactly("spec", "replicas");
        assertThat(JsonPath.parse(".spec.list[0]").names()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {".spec.list[", ".spec.list[x]", "spec"})
    void whatIsNoPathIsRefused(String path) {
        assertThatThrownBy(() -> JsonPath.parse(path)).isInstanceOf(IllegalArgumentException.class);
    }
}
