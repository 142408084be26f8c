package io.flotilla.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One rule of a role: what it allows on which resources or paths. An asterisk stands for all. */
record PolicyRule(Set<String> verbs, Set<String> groups, Set<String> resources, Set<String> names, List<String> paths) {
    private static final String ALL = "*";

    static PolicyRule of(JsonNode rule) {
        return new PolicyRule(
                Set.copyOf(texts(rule.path("verbs"))),
                Set.copyOf(texts(rule.path("apiGroups"))),
                Set.copyOf(texts(rule.path("resources"))),
                Set.copyOf(texts(rule.path("resourceNames"))),
                texts(rule.path("nonResourceURLs")));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>(list.size());
        for (JsonNode each : list) {
            texts.add(each.asText());
        }
        return texts.stream().distinct().toList();
    }

    boolean allows(Attributes asked) {
        if (!verbs.contains(ALL) && !verbs.contains(asked.verb())) {
            return false;
        }
        if (!asked.isResource()) {
            return paths.stream().anyMatch(path -> matchesPath(path, asked.path()));
        }
        return (groups.contains(ALL) || groups.contains(asked.group()))
                && allowsResource(asked)
                && (names.isEmpty() || names.contains(asked.name()));
    }

    private boolean allowsResource(Attributes asked) {
        return resources.contains(ALL)
                || resources.contains(asked.resourcePath())
                || (!asked.subresource().isEmpty() && resources.contains("*/" + asked.subresource()));
    }

    private static boolean matchesPath(String pattern, String path) {
        return pattern.equals(ALL)
                || pattern.equals(path)
                || (pattern.endsWith(ALL) && path.startsWith(pattern.substring(0, pattern.length() - 1)));
    }
}
