package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.flotilla.apiserver.request.StatusException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Where a page of a list ended. Opaque to clients.
 *
 * @param revision revision of the list, {@link #INCONSISTENT} to go on with whatever is there now
 * @param start first key of the next page
 */
record ContinueToken(long revision, String start) {
    static final long INCONSISTENT = -1;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String VERSION = "meta.k8s.io/v1";

    /** Fails with BadRequest. */
    static ContinueToken parse(String text) {
        JsonNode token;
        try {
            String padless = text.endsWith("=") ? text.substring(0, text.indexOf('=')) : text;
            token = MAPPER.readTree(new String(Base64.getUrlDecoder().decode(padless), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | JsonProcessingException e) {
            throw invalid(e.getMessage());
        }
        if (!token.path("v").asText("").equals(VERSION)) {
            throw invalid("server does not recognize this encoded version " + token.path("v"));
        }
        long revision = token.path("rv").asLong(0);
        String start = token.path("start").asText("");
        if (revision == 0 || revision < INCONSISTENT || start.isEmpty()) {
            throw invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
        }
        return new ContinueToken(revision, start);
    }

    private static StatusException invalid(String why) {
        return StatusException.badRequest("continue key is not valid: " + why);
    }

    String encode() {
        String json = JsonNodeFactory.instance
                .objectNode()
                .put("v", VERSION)
                .put("rv", revision)
                .put("start", start)
                .toString();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
