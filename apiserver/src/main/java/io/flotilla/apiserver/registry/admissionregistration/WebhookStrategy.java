package io.flotilla.apiserver.registry.admissionregistration;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Configurations of webhooks, mutating and validating. An old one may keep what was once allowed. */
public final class WebhookStrategy extends KindStrategy {
    private static final List<String> REVIEW_VERSIONS = List.of("v1", "v1beta1");
    private static final Set<String> NO_SIDE_EFFECTS = Set.of("None", "NoneOnDryRun");
    private static final Set<String> SIDE_EFFECTS = Set.of("None", "NoneOnDryRun", "Some", "Unknown");
    private static final String URL_FORM = "; desired format: https://host[/path]";

    public WebhookStrategy() {
        super(Names::subdomain, Shape.GENERATION);
    }

    @Override
    public boolean allowUnconditionalUpdate() {
        return false;
    }

    /** What is demanded of new webhooks beyond what old ones need. */
    private record Demands(boolean noSideEffects, boolean knownVersion, boolean uniqueNames) {
        static Demands ofUpdate(Field old) {
            boolean noSideEffects = true;
            boolean knownVersion = true;
            Set<String> names = new HashSet<>();
            boolean uniqueNames = true;
            for (Field hook : old.at("webhooks").items()) {
                noSideEffects &= NO_SIDE_EFFECTS.contains(hook.text("sideEffects"));
                Field versions = hook.at("admissionReviewVersions");
                knownVersion &= versions.isEmpty() || isKnown(versions);
                uniqueNames &= names.add(hook.text("name"));
            }
            return new Demands(noSideEffects, knownVersion, uniqueNames);
        }
    }

    private static boolean isKnown(Field versions) {
        return versions.any(version -> REVIEW_VERSIONS.contains(version.text()));
    }

    @Override
    protected void check(WriteContext context, Field configuration, Findings findings) {
        check(configuration, new Demands(true, true, true), findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field configuration, Field old, Findings findings) {
        check(configuration, Demands.ofUpdate(old), findings);
    }

    private static void check(Field configuration, Demands demands, Findings findings) {
        Set<String> names = new HashSet<>();
        for (Field hook : configuration.at("webhooks").items()) {
            checkName(hook.at("name"), findings);
            hook.at("rules").items().forEach(rule -> MatchRules.checkRule(rule, findings));
            checkPolicies(hook, demands, findings);
            Selectors.check(hook.at("namespaceSelector"), findings);
            Selectors.check(hook.at("objectSelector"), findings);
            checkClient(hook.at("clientConfig"), findings);
            MatchRules.checkConditions(hook.at("matchConditions"), findings);
            checkVersions(hook.at("admissionReviewVersions"), demands.knownVersion(), findings);
            if (demands.uniqueNames() && !hook.at("name").isEmpty() && !names.add(hook.text("name"))) {
                findings.duplicate(hook.at("name"));
            }
        }
    }

    private static void checkName(Field name, Findings findings) {
        List<String> wrong = Names.subdomain(name.text());
        if (name.isEmpty()) {
            findings.required(name);
        } else if (!wrong.isEmpty()) {
            findings.invalid(name, String.join(",", wrong));
        } else if (name.text().chars().filter(c -> c == '.').count() < 2) {
            findings.invalid(name, "should be a domain with at least three segments separated by dots");
        }
    }

    private static void checkPolicies(Field hook, Demands demands, Findings findings) {
        if (hook.has("failurePolicy")) {
            findings.oneOf(hook.at("failurePolicy"), MatchRules.FAILURE_POLICIES);
        }
        if (hook.has("matchPolicy")) {
            findings.oneOf(hook.at("matchPolicy"), MatchRules.MATCH_POLICIES);
        }
        if (hook.has("reinvocationPolicy")) {
            findings.oneOf(hook.at("reinvocationPolicy"), MatchRules.REINVOCATION_POLICIES);
        }
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
    }

    private static void checkVersions(Field versions, boolean knownVersion, Findings findings) {
        String known = String.join(", ", REVIEW_VERSIONS);
        if (versions.isEmpty()) {
            findings.required(versions, "must specify one of " + known);
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
        if (knownVersion && !isKnown(versions)) {
            findings.invalid(versions, "must include at least one of " + known);
        }
    }

    private static void checkClient(Field client, Findings findings) {
        if (client.has("url") == client.has("service")) {
            findings.required(client, "exactly one of url or service is required");
        } else if (client.has("url")) {
            checkUrl(client.at("url"), findings);
        } else {
            checkService(client.at("service"), findings);
        }
    }

    private static void checkUrl(Field field, Findings findings) {
        URI url;
        try {
            url = new URI(field.text());
        } catch (URISyntaxException e) {
            findings.required(field, "url must be a valid URL: " + e.getMessage() + URL_FORM);
            return;
        }
        if (!"https".equals(url.getScheme())) {
            findings.invalid(field, orEmpty(url.getScheme()), "'https' is the only allowed URL scheme" + URL_FORM);
        }
        String authority = orEmpty(url.getRawAuthority());
        int at = authority.lastIndexOf('@');
        if (at == authority.length() - 1) {
            findings.invalid(field, "", "host must be provided" + URL_FORM);
        }
        if (at >= 0) {
            findings.invalid(field, authority.substring(0, at), "user information is not permitted in the URL");
        }
        if (!orEmpty(url.getFragment()).isEmpty()) {
            findings.invalid(field, url.getFragment(), "fragments are not permitted in the URL");
        }
        if (!orEmpty(url.getRawQuery()).isEmpty()) {
            findings.invalid(field, url.getRawQuery(), "query parameters are not permitted in the URL");
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static void checkService(Field service, Findings findings) {
        for (String name : List.of("name", "namespace")) {
            if (service.at(name).isEmpty()) {
                findings.required(service.at(name), "service " + name + " is required");
            }
        }
        Findings port = new Findings();
        IntOrPercent.portNumber(service.at("port"), port);
        port.list()
                .forEach(error ->
                        findings.invalid(service.at("port"), error.value(), "port is not valid: " + error.detail()));
        checkPath(service.at("path"), findings);
    }

    private static void checkPath(Field field, Findings findings) {
        String path = field.text();
        if (path.isEmpty() || path.equals("/")) {
            return;
        }
        if (path.equals("//")) {
            findings.invalid(field, "segment[0] may not be empty");
            return;
        }
        if (!path.startsWith("/")) {
            findings.invalid(field, "must start with a '/'");
        }
        String rest = path.substring(1);
        String[] steps = (rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest).split("/", -1);
        for (int i = 0; i < steps.length; i++) {
            if (steps[i].isEmpty()) {
                findings.invalid(field, "segment[" + i + "] may not be empty");
                continue;
            }
            for (String wrong : Names.subdomain(steps[i])) {
                findings.invalid(field, "segment[" + i + "]: " + wrong);
            }
        }
    }
}
