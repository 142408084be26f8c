package io.flotilla.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Where a webhook is: its WebhookClientConfig. */
public final class Endpoint {
    private static final int HTTPS = 443;

    private final JsonNode config;
    private final URI address;
    private @Nullable SslContext tls;

    /** @param timeout told to the webhook */
    public Endpoint(JsonNode config, Duration timeout) {
        this.config = config;
        JsonNode service = config.path("service");
        String base = service.isObject()
                ? "https://" + service.path("name").asText() + "."
                        + service.path("namespace").asText() + ".svc:"
                        + service.path("port").asInt(HTTPS)
                        + service.path("path").asText("")
                : config.path("url").asText("");
        URI parsed;
        try {
            parsed = URI.create(base + (base.contains("?") ? "&" : "?") + "timeout=" + timeout.toSeconds() + "s");
        } catch (IllegalArgumentException _) {
            parsed = URI.create("");
        }
        address = parsed;
    }

    /** Where requests are sent, as errors show it; a service's name is no host that could be looked up. */
    URI address() {
        return address;
    }

    /** The name that the certificate must be for. */
    String host() {
        String host = String.valueOf(address.getHost());
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return address.getPort() < 0 ? HTTPS : address.getPort();
    }

    /** The service to resolve; missing for a URL. */
    JsonNode service() {
        return config.path("service");
    }

    /**
     * TLS that trusts the bundle, or whom the machine trusts where there is none.
     *
     * @throws CallException the bundle is none
     */
    public synchronized SslContext tls() throws CallException {
        if (tls == null) {
            SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
            String bundle = config.path("caBundle").asText("");
            try {
                if (!bundle.isEmpty()) {
                    builder.trustManager(
                            new ByteArrayInputStream(Base64.getDecoder().decode(bundle)));
                }
                tls = builder.build();
            } catch (IOException | IllegalArgumentException e) {
                throw new CallException("unable to load root certificates: unable to parse bytes as PEM block");
            }
        }
        return tls;
    }
}
