package io.flotilla.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.MalformedException;

/** The review that a webhook sends back, before anyone looks at what it says. */
public final class ReviewReply {
    private ReviewReply() {}

    /**
     * Reads a body.
     *
     * @throws CallException it is no JSON object
     */
    public static ObjectNode read(byte[] body) throws CallException {
        try {
            return JsonCodec.decode(body).object();
        } catch (MalformedException e) {
            throw new CallException("couldn't get version/kind; json parse error: " + e.getMessage());
        }
    }

    /** What an object says it is, as errors show it: {@code group/version, Kind=kind}. */
    public static String kind(JsonNode object) {
        String apiVersion = object.path("apiVersion").asText("");
        return (apiVersion.isEmpty() ? "/" : apiVersion.indexOf('/') < 0 ? "/" + apiVersion : apiVersion) + ", Kind="
                + object.path("kind").asText("");
    }

    /** The type of a value as Go names it. */
    public static String goType(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "map[string]interface {}";
            case ARRAY -> "[]interface {}";
            case STRING, BINARY -> "string";
            case BOOLEAN -> "bool";
            case NUMBER -> value.isIntegralNumber() ? "int64" : "float64";
            case NULL, MISSING, POJO -> "<nil>";
        };
    }
}
