package io.flotilla.apiserver.extension.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.webhook.WebhookClient;
import java.util.List;

/** Turns objects of a defined kind from one version into another, in place. Safe from any thread. */
public interface VersionConverter {
    /** The versions differ in name alone. */
    VersionConverter NONE = new VersionConverter() {
        @Override
        public void convert(List<ObjectNode> objects, String apiVersion) {
            objects.forEach(each -> each.put("apiVersion", apiVersion));
        }

        @Override
        public boolean asks() {
            return false;
        }
    };

    /** What a definition's {@code spec.conversion} says. */
    static VersionConverter of(JsonNode conversion, WebhookClient client) {
        return conversion.path("strategy").asText("").equals("Webhook")
                ? new ConversionWebhook(conversion.path("webhook"), client, ConversionWebhook.TIMEOUT)
                : NONE;
    }

    /**
     * Converts objects, none of which is of the version asked for.
     *
     * @throws io.flotilla.apiserver.request.StatusException whoever converts does not answer, or not sensibly; no
     *     object is changed then
     */
    void convert(List<ObjectNode> objects, String apiVersion);

    /** Whether someone else is asked: that takes time, and can fail. */
    boolean asks();
}
