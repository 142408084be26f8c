package io.flotilla.apiserver.extension.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.webhook.CallException;
import io.flotilla.apiserver.webhook.Endpoint;
import io.flotilla.apiserver.webhook.ReviewReply;
import io.flotilla.apiserver.webhook.ReviewVersions;
import io.flotilla.apiserver.webhook.WebhookClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Asks a webhook to convert, by ConversionReview of apiextensions.k8s.io. */
final class ConversionWebhook implements VersionConverter {
    /** How long Kubernetes waits for an answer. */
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final String GROUP = "apiextensions.k8s.io/";
    private static final String KIND = "ConversionReview";

    private final WebhookClient client;
    private final Endpoint endpoint;
    private final Duration timeout;
    private final String version;

    /** @param webhook the WebhookConversion of a definition */
    ConversionWebhook(JsonNode webhook, WebhookClient client, Duration timeout) {
        this.client = client;
        this.timeout = timeout;
        this.endpoint = new Endpoint(webhook.path("clientConfig"), timeout);
        this.version = ReviewVersions.choose(webhook.path("conversionReviewVersions"));
    }

    @Override
    public boolean asks() {
        return true;
    }

    @Override
    public void convert(List<ObjectNode> objects, String apiVersion) {
        String webhook = "conversion webhook for " + ReviewReply.kind(objects.getFirst());
        String uid = UUID.randomUUID().toString();
        JsonNode answers;
        try {
            byte[] answer = client.post(endpoint, question(objects, apiVersion, uid), timeout);
            answers = answers(ReviewReply.read(answer), uid);
        } catch (CallException e) {
            throw StatusException.plain(500, webhook + " failed: " + e.getMessage());
        }
        if (answers.size() != objects.size()) {
            throw StatusException.plain(
                    500, webhook + " returned " + answers.size() + " objects, expected " + objects.size());
        }
        boolean alone = objects.size() == 1;
        List<ObjectNode> converted = new ArrayList<>(objects.size());
        for (int i = 0; i < objects.size(); i++) {
            converted.add(new ConvertedObject(webhook, i, alone).accept(objects.get(i), answers.get(i), apiVersion));
        }
        for (int i = 0; i < objects.size(); i++) {
            objects.get(i).removeAll();
            objects.get(i).setAll(converted.get(i));
        }
    }

    private byte[] question(List<ObjectNode> objects, String apiVersion, String uid) {
        ObjectNode review = JsonNodeFactory.instance.objectNode();
        review.put("kind", KIND).put("apiVersion", GROUP + version);
        ObjectNode request = review.putObject("request");
        request.put("uid", uid).put("desiredAPIVersion", apiVersion);
        objects.forEach(request.putArray("objects")::add);
        return JsonCodec.encode(review);
    }

    /** What stands in the answer; answers in v1beta1 need not tell what they are answers to. */
    private JsonNode answers(ObjectNode review, String uid) throws CallException {
        JsonNode response = review.path("response");
        boolean strict = version.equals("v1");
        String expected = GROUP + "v1, Kind=" + KIND;
        if (strict && !ReviewReply.kind(review).equals(expected)) {
            throw new CallException("expected webhook response of " + expected + ", got " + ReviewReply.kind(review));
        }
        if (!response.isObject()) {
            throw new CallException("no response provided");
        }
        String answered = response.path("uid").asText("");
        if (strict && !answered.equals(uid)) {
            throw new CallException("expected response.uid=" + Quoting.quote(uid) + ", got " + Quoting.quote(answered));
        }
        String status = response.path("result").path("status").asText("");
        if (!status.equals("Success")) {
            String message = response.path("result").path("message").asText("");
            throw new CallException(
                    message.isEmpty() ? "response.result.status was '" + status + "', not 'Success'" : message);
        }
        return response.path("convertedObjects");
    }
}
