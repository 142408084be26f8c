package io.flotilla.apiserver.webhook;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** What makes a WebhookClientConfig valid. */
public final class ClientRules {
    private static final String URL_FORM = "; desired format: https://host[/path]";

    private final Findings findings;

    public ClientRules(Findings findings) {
        this.findings = findings;
    }

    /** Checks a WebhookClientConfig. */
    public void check(Field client) {
        if (client.has("url") == client.has("service")) {
            findings.required(client, "exactly one of url or service is required");
        } else if (client.has("url")) {
            url(client.at("url"));
        } else {
            service(client.at("service"));
        }
    }

    private void url(Field field) {
        URI url;
        try {
            url = new URI(field.text());
        } catch (URISyntaxException e) {
            findings.required(field, "url must be a valid URL: " + e.getMessage() + URL_FORM);
            return;
        }
        String scheme = orEmpty(url.getScheme());
        if (!scheme.equals("https")) {
            findings.invalid(field, scheme, "'https' is the only allowed URL scheme" + URL_FORM);
        }
        if (orEmpty(url.getHost()).isEmpty()) {
            findings.invalid(field, orEmpty(url.getHost()), "host must be provided" + URL_FORM);
        }
        refuse(field, url.getRawUserInfo(), "user information is not permitted in the URL");
        refuse(field, url.getRawFragment(), "fragments are not permitted in the URL");
        refuse(field, url.getRawQuery(), "query parameters are not permitted in the URL");
    }

    private void refuse(Field field, @Nullable String part, String why) {
        if (!orEmpty(part).isEmpty()) {
            findings.invalid(field, part, why);
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private void service(Field service) {
        if (service.text("name").isEmpty()) {
            findings.required(service.at("name"), "service name is required");
        }
        if (service.text("namespace").isEmpty()) {
            findings.required(service.at("namespace"), "service namespace is required");
        }
        Field port = service.at("port");
        if (port.isSet() && (port.number() < 1 || port.number() > 65535)) {
            findings.invalid(port, "port is not valid: " + Findings.rangeMessage(1, 65535));
        }
        path(service.at("path"));
    }

    private void path(Field path) {
        String text = path.text();
        if (text.isEmpty() || text.equals("/")) {
            return;
        }
        if (text.equals("//")) {
            findings.invalid(path, "segment[0] may not be empty");
            return;
        }
        if (!text.startsWith("/")) {
            findings.invalid(path, "must start with a '/'");
        }
        String rest = text.substring(1);
        String[] steps = (rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest).split("/", -1);
        for (int i = 0; i < steps.length; i++) {
            if (steps[i].isEmpty()) {
                findings.invalid(path, "segment[" + i + "] may not be empty");
                continue;
            }
            for (String wrong : Names.subdomain(steps[i])) {
                findings.invalid(path, "segment[" + i + "]: " + wrong);
            }
        }
    }
}
