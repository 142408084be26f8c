package io.flotilla.apiserver.admission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.MalformedException;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.webhook.CallException;
import io.flotilla.apiserver.webhook.ReviewReply;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** AdmissionReview of admission.k8s.io: a question made, and an answer read. */
final class ReviewMessage {
    private static final String KIND = "AdmissionReview";

    private ReviewMessage() {}

    /**
     * What a webhook answered.
     *
     * @param patch operations of a JSON patch; missing if there is none
     * @param status why it does not allow
     */
    record Verdict(boolean allowed, JsonNode patch, List<String> warnings, JsonNode status) {

        /** What the client gets to hear of a denial. */
        StatusException denial(String hook) {
            String denied = "admission webhook " + Quoting.quote(hook) + " denied the request";
            String message = status.path("message").asText("");
            String reason = status.path("reason").asText("");
            String told = !message.isEmpty()
                    ? denied + ": " + message
                    : !reason.isEmpty() ? denied + ": " + reason : denied + " without explanation";
            return new StatusException(
                    Math.max(400, status.path("code").asInt(0)), reason, told, details(status.path("details")));
        }

        private static StatusException.@Nullable Details details(JsonNode details) {
            if (!details.isObject()) {
                return null;
            }
            List<StatusException.Cause> causes = new ArrayList<>();
            for (JsonNode cause : details.path("causes")) {
                causes.add(new StatusException.Cause(
                        cause.path("reason").asText(""),
                        cause.path("message").asText(""),
                        cause.path("field").asText("")));
            }
            return new StatusException.Details(
                    details.path("name").asText(""),
                    details.path("group").asText(""),
                    details.path("kind").asText(""),
                    causes,
                    details.path("retryAfterSeconds").asInt(0));
        }
    }

    /** The question, as bytes. */
    static byte[] ask(String version, ObjectNode request) {
        ObjectNode review = JsonNodeFactory.instance.objectNode();
        review.put("kind", KIND).put("apiVersion", "admission.k8s.io/" + version);
        review.set("request", request);
        return JsonCodec.encode(review);
    }

    /**
     * Reads an answer.
     *
     * @param uid of the question
     * @throws CallException it is none
     */
    static Verdict read(byte[] body, Hook hook, String uid) throws CallException {
        ObjectNode review;
        try {
            review = ReviewReply.read(body);
        } catch (CallException e) {
            throw new CallException("failed to call webhook: " + e.getMessage());
        }
        JsonNode response = review.path("response");
        if (!response.isObject()) {
            throw invalid("webhook response was absent");
        }
        if (!hook.isBeta()) {
            String answered = response.path("uid").asText("");
            if (!answered.equals(uid)) {
                throw invalid("expected response.uid=" + Quoting.quote(uid) + ", got " + Quoting.quote(answered));
            }
            String expected = "admission.k8s.io/v1, Kind=" + KIND;
            if (!ReviewReply.kind(review).equals(expected)) {
                throw invalid("expected webhook response of " + expected + ", got " + ReviewReply.kind(review));
            }
        }
        List<String> warnings = new ArrayList<>(0);
        response.path("warnings").forEach(each -> warnings.add(each.asText()));
        return new Verdict(
                response.path("allowed").asBoolean(false), patch(response, hook), warnings, response.path("status"));
    }

    private static JsonNode patch(JsonNode response, Hook hook) throws CallException {
        String patch = response.path("patch").asText("");
        boolean typed = response.path("patchType").isTextual();
        if (!hook.mutating()) {
            if (!patch.isEmpty() || (typed && !hook.isBeta())) {
                throw invalid("validating webhook may not return response.patch" + (patch.isEmpty() ? "Type" : ""));
            }
            return NullNode.getInstance();
        }
        if (!hook.isBeta() && patch.isEmpty() == typed) {
            throw invalid(
                    typed
                            ? "webhook returned response.patchType but not response.patch"
                            : "webhook returned response.patch but not response.patchType");
        }
        if (patch.isEmpty()) {
            return NullNode.getInstance();
        }
        String type = response.path("patchType").asText("JSONPatch");
        if (type.isEmpty()) {
            throw invalid("webhook returned invalid response.patchType of \"\"");
        }
        if (!type.equals("JSONPatch")) {
            throw new CallException("unsupported patch type " + Quoting.quote(type));
        }
        try {
            return JsonCodec.decodeAny(Base64.getDecoder().decode(patch));
        } catch (MalformedException | IllegalArgumentException e) {
            throw StatusException.internal(String.valueOf(e.getMessage()));
        }
    }

    private static CallException invalid(String why) {
        return new CallException("received invalid webhook response: " + why);
    }
}
