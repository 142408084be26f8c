package io.flotilla.apiserver.admission.webhook;

import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What makes one webhook of a configuration valid. */
final class WebhookRules {
    private static final Set<String> OPERATIONS = Set.of("*", "CREATE", "UPDATE", "DELETE", "CONNECT");
    private static final List<String> VERSIONS = List.of("v1", "v1beta1");
    private static final int MOST_CONDITIONS = 64;
    private static final String URL_FORM = "; desired format: https://host[:port]/path";

    private final Findings findings;

    WebhookRules(Findings findings) {
        this.findings = findings;
    }

    void check(Field hook) {
        name(hook.at("name"));
        hook.at("rules").items().forEach(this::rule);
        optional(hook.at("failurePolicy"), Set.of("Ignore", "Fail"));
        optional(hook.at("matchPolicy"), Set.of("Exact", "Equivalent"));
        Field sideEffects = hook.at("sideEffects");
        if (sideEffects.isSet()) {
            findings.oneOf(sideEffects, Set.of("None", "NoneOnDryRun"));
        } else {
            findings.required(sideEffects, "must specify one of None, NoneOnDryRun");
        }
        Field timeout = hook.at("timeoutSeconds");
        if (timeout.isSet() && (timeout.number() < 1 || timeout.number() > 30)) {
            findings.invalid(timeout, "the timeout value must be between 1 and 30 seconds");
        }
        Selectors.check(hook.at("namespaceSelector"), findings);
        Selectors.check(hook.at("objectSelector"), findings);
        optional(hook.at("reinvocationPolicy"), Set.of("Never", "IfNeeded"));
        client(hook.at("clientConfig"));
        conditions(hook.at("matchConditions"));
        versions(hook.at("admissionReviewVersions"));
    }

    private void name(Field name) {
        List<String> wrong = Names.subdomain(name.text());
        if (name.isEmpty()) {
            findings.required(name);
        } else if (!wrong.isEmpty()) {
            findings.invalid(name, String.join(",", wrong));
        } else if (name.text().split("\\.", -1).length < 3) {
            findings.invalid(name, "should be a domain with at least three segments separated by dots");
        }
    }

    private void optional(Field field, Set<String> supported) {
        if (field.isSet()) {
            findings.oneOf(field, supported);
        }
    }

    private void rule(Field rule) {
        wildcard(rule.at("operations"), "operations");
        for (Field operation : rule.at("operations").items()) {
            findings.oneOf(operation, OPERATIONS);
        }
        wildcard(rule.at("apiGroups"), "API groups");
        wildcard(rule.at("apiVersions"), "API versions");
        for (Field version : rule.at("apiVersions").items()) {
            if (version.isEmpty()) {
                findings.required(version);
            }
        }
        resources(rule.at("resources"));
        optional(rule.at("scope"), Set.of("Cluster", "Namespaced", "*"));
    }

    private void wildcard(Field list, String what) {
        if (list.isEmpty()) {
            findings.required(list);
        } else if (list.size() > 1 && list.texts().contains("*")) {
            findings.invalid(list, "if '*' is present, must not specify other " + what);
        }
    }

    private void resources(Field resources) {
        if (resources.isEmpty()) {
            findings.required(resources);
        }
        Set<String> anySubresource = new HashSet<>();
        Set<String> anyResource = new HashSet<>();
        boolean plain = false;
        for (Field each : resources.items()) {
            String text = each.text();
            if (text.isEmpty()) {
                findings.required(each);
                continue;
            }
            int slash = text.indexOf('/');
            if (slash < 0) {
                plain = !text.equals("*");
                continue;
            }
            String resource = text.substring(0, slash);
            String subresource = text.substring(slash + 1);
            if (anySubresource.contains(resource)) {
                findings.invalid(each, "if '" + resource + "/*' is present, must not specify " + text);
            }
            if (anyResource.contains(subresource)) {
                findings.invalid(each, "if '*/" + subresource + "' is present, must not specify " + text);
            }
            if (subresource.equals("*")) {
                anySubresource.add(resource);
            }
            if (resource.equals("*")) {
                anyResource.add(subresource);
            }
        }
        if (resources.size() > 1 && resources.texts().contains("*/*")) {
            findings.invalid(resources, "if '*/*' is present, must not specify other resources");
        }
        if (plain && resources.texts().contains("*")) {
            findings.invalid(resources, "if '*' is present, must not specify other resources without subresources");
        }
    }

    private void client(Field client) {
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
            findings.invalid(field, orEmpty(url.getHost()), "host must be specified" + URL_FORM);
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

    private void conditions(Field conditions) {
        if (conditions.size() > MOST_CONDITIONS) {
            findings.tooMany(conditions, conditions.size(), MOST_CONDITIONS);
        }
        Set<String> names = new HashSet<>();
        for (Field condition : conditions.items()) {
            Field name = condition.at("name");
            expression(condition.at("expression"));
            if (name.isEmpty()) {
                findings.required(name);
            } else {
                findings.invalid(name, Names.qualified(name.text()));
                if (!names.add(name.text())) {
                    findings.duplicate(name);
                }
            }
        }
    }

    private void expression(Field expression) {
        if (expression.text().isBlank()) {
            findings.required(expression);
            return;
        }
        try {
            ObjectExpression.ofBoolean(expression.text(), Conditions.VARIABLES);
        } catch (IllegalArgumentException e) {
            findings.invalid(expression, String.valueOf(e.getMessage()));
        }
    }

    private void versions(Field versions) {
        if (versions.isEmpty()) {
            findings.required(versions, "must specify one of v1, v1beta1");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (Field version : versions.items()) {
            if (seen.add(version.text())) {
                findings.invalid(version, Names.dns1035Label(version.text()));
            } else {
                findings.invalid(version, "duplicate version");
            }
        }
        if (VERSIONS.stream().noneMatch(seen::contains)) {
            findings.invalid(versions, "must include at least one of v1, v1beta1");
        }
    }
}
