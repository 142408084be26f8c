package io.flotilla.apiserver.registry.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Flow schemas. */
public final class FlowSchemaStrategy extends FlowControlStrategy {
    private static final int MAX_PRECEDENCE = 10_000;
    private static final String NAMESPACES_INTRO = "each member of this list must be '*' or a DNS-1123 label; ";
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch");

    /** @param mandatory the specs that never change, by name */
    public FlowSchemaStrategy(Map<String, JsonNode> mandatory) {
        super(mandatory);
    }

    @Override
    void checkSpec(Field spec, String name, Findings findings) {
        Field precedence = spec.at("matchingPrecedence");
        if (precedence.number() <= 0) {
            findings.invalid(precedence, precedence.number(), "must be a positive value");
        }
        if (precedence.number() > MAX_PRECEDENCE) {
            findings.invalid(precedence, "must not be greater than " + MAX_PRECEDENCE);
        }
        if (precedence.number() == 1 && !name.equals("exempt")) {
            findings.invalid(precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
        }
        if (spec.has("distinguisherMethod")) {
            findings.oneOf(spec.at("distinguisherMethod", "type"), Set.of("ByNamespace", "ByUser"));
        }
        Field level = spec.at("priorityLevelConfiguration", "name");
        if (level.isEmpty()) {
            findings.required(level, "must reference a priority level");
        } else {
            findings.invalid(level, Names.subdomain(level.text()));
        }
        spec.at("rules").items().forEach(rule -> checkRule(rule, findings));
    }

    private static void checkRule(Field rule, Findings findings) {
        Field subjects = rule.at("subjects");
        if (subjects.isEmpty()) {
            findings.required(subjects, "subjects must contain at least one value");
        }
        subjects.items().forEach(subject -> checkSubject(subject, findings));
        Field resources = rule.at("resourceRules");
        Field nonResources = rule.at("nonResourceRules");
        if (resources.isEmpty() && nonResources.isEmpty()) {
            findings.required(rule, "at least one of resourceRules and nonResourceRules has to be non-empty");
        }
        resources.items().forEach(each -> checkResources(each, findings));
        nonResources.items().forEach(each -> checkNonResources(each, findings));
    }

    private static void checkSubject(Field subject, Findings findings) {
        String kind = subject.text("kind");
        if (!List.of("Group", "ServiceAccount", "User").contains(kind)) {
            findings.oneOf(subject.at("kind"), Set.of("Group", "ServiceAccount", "User"));
            return;
        }
        for (String each : List.of("ServiceAccount", "User", "Group")) {
            Field field = subject.at(each.equals("ServiceAccount") ? "serviceAccount" : each.toLowerCase(Locale.ROOT));
            if (!kind.equals(each)) {
                if (field.isSet()) {
                    findings.forbidden(field, field.name() + " is forbidden when subject kind is not '" + each + "'");
                }
            } else if (!field.isSet()) {
                findings.required(field, field.name() + " is required when subject kind is '" + each + "'");
            } else if (field.at("name").isEmpty()) {
                findings.required(field.at("name"));
            } else if (each.equals("ServiceAccount") && !field.at("name").is("*")) {
                findings.invalid(field.at("name"), Names.subdomain(field.text("name")));
            }
        }
        if (kind.equals("ServiceAccount") && subject.has("serviceAccount")) {
            Field namespace = subject.at("serviceAccount", "namespace");
            if (namespace.isEmpty()) {
                findings.required(namespace, "must specify namespace for service account");
            } else {
                findings.invalid(namespace, Names.label(namespace.text()));
            }
        }
    }

    private static void checkVerbs(Field verbs, Findings findings) {
        if (verbs.isEmpty()) {
            findings.required(verbs, "verbs must contain at least one value");
        } else if (hasWildcard(verbs)) {
            checkAlone(verbs, "verbs", findings);
        } else if (!VERBS.containsAll(verbs.texts())) {
            findings.notSupported(verbs, verbs.texts(), VERBS);
        }
    }

    private static boolean hasWildcard(Field list) {
        return list.any(each -> each.is("*"));
    }

    private static void checkAlone(Field list, String others, Findings findings) {
        if (list.size() > 1 && hasWildcard(list)) {
            findings.invalid(list, "if '*' is present, must not specify other " + others);
        }
    }

    private static void checkResources(Field rule, Findings findings) {
        checkVerbs(rule.at("verbs"), findings);
        Field groups = rule.at("apiGroups");
        if (groups.isEmpty()) {
            findings.required(groups, "resource rules must supply at least one api group");
        }
        checkAlone(groups, "api groups", findings);
        Field resources = rule.at("resources");
        if (resources.isEmpty()) {
            findings.required(resources, "resource rules must supply at least one resource");
        }
        checkAlone(resources, "resources", findings);
        Field namespaces = rule.at("namespaces");
        if (namespaces.isEmpty() && !rule.flag("clusterScope")) {
            findings.required(
                    namespaces, "resource rules that are not cluster scoped must supply at least one namespace");
        } else if (hasWildcard(namespaces)) {
            checkAlone(namespaces, "namespaces", findings);
        } else {
            for (Field namespace : namespaces.items()) {
                for (String wrong : Names.label(namespace.text())) {
                    findings.invalid(namespace, NAMESPACES_INTRO + wrong);
                }
            }
        }
    }

    private static void checkNonResources(Field rule, Findings findings) {
        checkVerbs(rule.at("verbs"), findings);
        Field urls = rule.at("nonResourceURLs");
        if (urls.isEmpty()) {
            findings.required(urls, "nonResourceURLs must contain at least one value");
        } else if (hasWildcard(urls)) {
            checkAlone(urls, "non-resource URLs", findings);
        } else {
            for (Field url : urls.items()) {
                String wrong = urlError(url.text());
                if (!wrong.isEmpty()) {
                    findings.invalid(url, wrong);
                }
            }
        }
    }

    private static String urlError(String path) {
        if (path.isEmpty()) {
            return "must not be empty";
        }
        if (!path.startsWith("/")) {
            return "must start with slash";
        }
        if (path.contains(" ")) {
            return "must not contain white-space";
        }
        if (path.contains("//")) {
            return "must not contain double slash";
        }
        int star = path.indexOf('*');
        boolean suffix = star < 0 || (star == path.length() - 1 && path.endsWith("/*"));
        return suffix ? "" : "wildcard can only do suffix matching";
    }
}
