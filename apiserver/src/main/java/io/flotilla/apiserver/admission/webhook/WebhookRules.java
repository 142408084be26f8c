package io.flotilla.apiserver.admission.webhook;

import io.flotilla.apiserver.admission.matching.Conditions;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.registry.admissionregistration.MatchRules;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What makes one webhook of a configuration valid. */
final class WebhookRules {
    private static final List<String> VERSIONS = List.of("v1", "v1beta1");
    private static final Set<String> NO_SIDE_EFFECTS = Set.of("None", "NoneOnDryRun");
    private static final Set<String> SIDE_EFFECTS = Set.of("None", "NoneOnDryRun", "Some", "Unknown");
    private static final String URL_FORM = "; desired format: https://host[/path]";

    private final Demands demands;
    private final Findings findings;

    WebhookRules(Demands demands, Findings findings) {
        this.demands = demands;
        this.findings = findings;
    }

    /** What is demanded of a webhook; an update may keep what was once allowed if the old configuration has it. */
    record Demands(boolean noSideEffects, boolean knownVersion, boolean uniqueName) {
        static final Demands OF_NEW = new Demands(true, true, true);

        static Demands ofUpdate(Field old) {
            boolean noSideEffects = true;
            boolean knownVersion = true;
            boolean uniqueName = true;
            Set<String> names = new HashSet<>();
            for (Field hook : old.at("webhooks").items()) {
                noSideEffects &= NO_SIDE_EFFECTS.contains(hook.text("sideEffects"));
                knownVersion &= isKnown(hook.at("admissionReviewVersions"));
                uniqueName &= names.add(hook.text("name"));
            }
            return new Demands(noSideEffects, knownVersion, uniqueName);
        }
    }

    private static boolean isKnown(Field versions) {
        return versions.any(version -> VERSIONS.contains(version.text()));
    }

    void check(Field hook) {
        name(hook.at("name"));
        hook.at("rules").items().forEach(rule -> MatchRules.checkRule(rule, findings));
        optional(hook.at("failurePolicy"), MatchRules.FAILURE_POLICIES);
        optional(hook.at("matchPolicy"), MatchRules.MATCH_POLICIES);
        Field sideEffects = hook.at("sideEffects");
        Set<String> allowed = demands.noSideEffects() ? NO_SIDE_EFFECTS : SIDE_EFFECTS;
        if (sideEffects.isSet()) {
            findings.oneOf(sideEffects, allowed);
        } else {
            findings.required(sideEffects, "must specify one of " + String.join(", ", new TreeSet<>(allowed)));
        }
        Field timeout = hook.at("timeoutSeconds");
        if (timeout.isSet() && (timeout.number() < 1 || timeout.number() > 30)) {
            findings.invalid(timeout, "the timeout value must be between 1 and 30 seconds");
        }
        Selectors.check(hook.at("namespaceSelector"), findings);
        Selectors.check(hook.at("objectSelector"), findings);
        optional(hook.at("reinvocationPolicy"), MatchRules.REINVOCATION_POLICIES);
        client(hook.at("clientConfig"));
        MatchRules.checkConditions(hook.at("matchConditions"), this::expression, findings);
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

    private void expression(Field expression) {
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
        if (demands.knownVersion() && !isKnown(versions)) {
            findings.invalid(versions, "must include at least one of v1, v1beta1");
        }
    }
}
