package io.flotilla.apiserver.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.discovery.Description;
import io.flotilla.apiserver.discovery.RemoteVersion;
import org.junit.jupiter.api.Test;

class RemoteDescriptionTest {
    private static final String OWN = "{'paths': {'/apis/a/v1/x': {'get': 1}}, 'definitions': {"
            + "'Same': {'type': 'object', 'x-kubernetes-group-version-kind': ['own']}, 'Different': {'type': 'string'}}}";

    private static ObjectNode json(String text) throws Exception {
        return (ObjectNode) new ObjectMapper().readTree(text.replace('\'', '"'));
    }

    private static ObjectNode merged(String remote) throws Exception {
        ObjectNode document = json(OWN);
        Description description = remote.isEmpty() ? Description.NONE : new Description("hash", json(remote));
        RemoteDescription.merge(
                document,
                new RemoteVersion("a", "v1", 1, 1, JsonNodeFactory.instance.arrayNode(), true, "", description));
        return document;
    }

    @Test
    void a_server_that_describes_nothing_changes_nothing() throws Exception {
        assertThat(merged("")).isEqualTo(json(OWN));
        assertThat(merged("{'paths': 'none'}")).isEqualTo(json(OWN));
    }

    @Test
    void paths_that_are_there_stay_and_foreign_ones_do_not_come() throws Exception {
        ObjectNode document = merged(
                "{'paths': {'/apis/a/v1/x': {'get': 2}, '/apis/a/v1/y': {'get': 3}, '/apis/a/v10/z': {}, '/healthz': {}}}");
        assertThat(document.path("paths")).isEqualTo(json("{'/apis/a/v1/x': {'get': 1}, '/apis/a/v1/y': {'get': 3}}"));
    }

    @Test
    void definitions_come_with_what_speaks_of_them_and_are_renamed_on_conflict() throws Exception {
        ObjectNode document = merged("{'paths': {'/apis/a/v1/y': {'$ref': '#/definitions/New'}}, 'definitions': {"
                + "'New': {'p': {'$ref': '#/definitions/Different'}, 'q': {'$ref': '#/definitions/Same'},"
                + " 'r': {'$ref': '#/definitions/New'}}, 'Different': {'type': 'object'},"
                + " 'Same': {'type': 'object', 'x-kubernetes-group-version-kind': ['other']}, 'Unused': {}}}");
        assertThat(document.path("definitions"))
                .isEqualTo(json("{'Same': {'type': 'object', 'x-kubernetes-group-version-kind': ['own']},"
                        + " 'Different': {'type': 'string'}, 'Different_v2': {'type': 'object'},"
                        + " 'New': {'p': {'$ref': '#/definitions/Different_v2'}, 'q': {'$ref': '#/definitions/Same'},"
                        + " 'r': {'$ref': '#/definitions/New'}}}"));
    }
}
