package io.flotilla.apiserver.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import org.junit.jupiter.api.Test;

class PartialTest {
    private static final StructType DEPLOYMENT =
            Schema.load().kind("apps/v1", "Deployment").orElseThrow();

    private static ObjectNode json(String text) throws Exception {
        return (ObjectNode) new ObjectMapper().readTree(text.replace('\'', '"'));
    }

    @Test
    void merges_items_by_their_keys() throws Exception {
        assertThat(
                        Partial.merge(
                                DEPLOYMENT,
                                json(
                                        "{'spec': {'replicas': 1, 'template': {'spec': {'containers': [{'name': 'a', 'image': 'b'}]}}}}"),
                                json(
                                        "{'spec': {'template': {'spec': {'containers': [{'name': 'a', 'tty': true}, {'name': 'c'}]}}}}")))
                .isEqualTo(json("{'spec': {'replicas': 1, 'template': {'spec': {'containers':"
                        + " [{'name': 'a', 'image': 'b', 'tty': true}, {'name': 'c'}]}}}}"));
    }

    @Test
    void finds_what_would_be_replaced_as_a_whole() throws Exception {
        assertThat(
                        Partial.atomics(
                                DEPLOYMENT,
                                json(
                                        "{'metadata': {'labels': {'a': 'b'}}, 'spec': {'selector': {'matchLabels': {}}, 'template':"
                                                + " {'spec': {'nodeSelector': {'a': 'b'}, 'containers': [{'name': 'a', 'args': ['b']}]}}}}")))
                .containsExactly(
                        ".spec.selector", ".spec.template.spec.nodeSelector", ".spec.template.spec.containers[0].args");
    }
}
