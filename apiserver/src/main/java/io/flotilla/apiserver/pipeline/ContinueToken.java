package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.MalformedException;
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

    private static final String VERSION = "meta.k8s.io/v1";

    /** Fails with BadRequest. */
    static ContinueToken parse(String text) {
        ObjectNode token;
        try {
            token = JsonCodec.decode(decode(text)).object();
        } catch (MalformedException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
        if (!token.path("v").asText("").equals(VERSION)) {
            throw invalid("server does not recognize this encoded version "
                    + token.path("v").asText(""));
        }
        long revision = token.path("rv").asLong(0);
        String start = token.path("start").asText("");
        if (revision == 0 || revision < INCONSISTENT) {
            throw invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
        }
        if (start.isEmpty()) {
            throw invalid("encoded start key empty (version meta.k8s.io/v1)");
        }
        return new ContinueToken(revision, start);
    }

    private static byte[] decode(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (!letter && c != '-' && c != '_') {
                throw illegal(i);
            }
        }
        if (text.length() % 4 == 1) {
            throw illegal(text.length() - 1);
        }
        return Base64.getUrlDecoder().decode(text);
    }

    private static StatusException illegal(int position) {
        return invalid("illegal base64 data at input byte " + position);
    }

    private static StatusException invalid(String why) {
        return StatusException.badRequest("invalid continue token: continue key is not valid: " + why);
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
