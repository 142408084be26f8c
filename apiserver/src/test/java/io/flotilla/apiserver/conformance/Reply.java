package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the server answered. */
@SuppressWarnings("ArrayRecordComponent") // never compared nor changed
record Reply(int code, HttpHeaders headers, byte[] body) {
    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    JsonNode json() {
        return Json.parse(body);
    }

    /** Value at a JSON pointer as text; empty if there is none. */
    String at(String pointer) {
        return json().at(pointer).asText("");
    }

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    List<String> warnings() {
        return headers.allValues("warning");
    }

    String name() {
        return at("/metadata/name");
    }

    String resourceVersion() {
        return at("/metadata/resourceVersion");
    }

    /** Names of a list's items. */
    List<String> names() {
        return json().path("items").findParents("metadata").stream()
                .map(item -> item.path("metadata").path("name").asText())
                .filter(name -> !name.isEmpty())
                .toList();
    }

    Reply expect(int expected) {
        assertThat(code).as("code of %s", text()).isEqualTo(expected);
        return this;
    }

    /** Expects a Status of a failure. */
    Reply refused(int expected, String reason, String message) {
        expect(expected);
        JsonNode status = json();
        assertThat(status.path("kind").asText()).isEqualTo("Status");
        assertThat(status.path("apiVersion").asText()).isEqualTo("v1");
        assertThat(status.path("status").asText()).isEqualTo("Failure");
        assertThat(status.path("code").asInt()).isEqualTo(expected);
        assertThat(status.path("reason").asText()).as("reason of %s", status).isEqualTo(reason);
        assertThat(status.path("message").asText()).isEqualTo(message);
        return this;
    }
}
