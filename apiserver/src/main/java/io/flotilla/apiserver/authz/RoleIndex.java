package io.flotilla.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.request.ServiceAccountName;
import io.flotilla.apiserver.request.User;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** All roles and bindings at one moment, by whom they concern. Immutable once built. */
final class RoleIndex {
    /** Roles by namespace and name; cluster roles have no namespace. */
    private final Map<String, List<PolicyRule>> roles = new HashMap<>();

    /** Bindings by subject. */
    private final Map<String, List<Grant>> grants = new HashMap<>();

    /**
     * A role bound to a subject.
     *
     * @param namespace where it counts; empty for everywhere
     * @param role key of the role
     */
    private record Grant(String namespace, String role) {}

    void addRole(JsonNode role) {
        List<PolicyRule> rules = new ArrayList<>();
        role.path("rules").forEach(rule -> rules.add(PolicyRule.of(rule)));
        JsonNode metadata = role.path("metadata");
        roles.put(
                key(metadata.path("namespace").asText(""), metadata.path("name").asText()), List.copyOf(rules));
    }

    void addBinding(JsonNode binding) {
        String namespace = binding.path("metadata").path("namespace").asText("");
        JsonNode reference = binding.path("roleRef");
        boolean local = reference.path("kind").asText().equals("Role");
        Grant grant = new Grant(
                namespace, key(local ? namespace : "", reference.path("name").asText()));
        for (JsonNode subject : binding.path("subjects")) {
            String name = subject.path("name").asText();
            String key = switch (subject.path("kind").asText()) {
                case "Group" -> "group:" + name;
                case "ServiceAccount" ->
                    "user:" + new ServiceAccountName(subject.path("namespace").asText(namespace), name).user();
                default -> "user:" + name;
            };
            grants.computeIfAbsent(key, _ -> new ArrayList<>()).add(grant);
        }
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }

    boolean allows(User user, Attributes asked) {
        return any(user, asked.namespace(), rule -> rule.allows(asked));
    }

    /** The rules that concern the user in the namespace. */
    List<PolicyRule> rules(User user, String namespace) {
        List<PolicyRule> found = new ArrayList<>();
        any(user, namespace, rule -> {
            found.add(rule);
            return false;
        });
        return found;
    }

    private boolean any(User user, String namespace, Predicate<PolicyRule> condition) {
        if (anyOf("user:" + user.name(), namespace, condition)) {
            return true;
        }
        for (String group : user.groups()) {
            if (anyOf("group:" + group, namespace, condition)) {
                return true;
            }
        }
        return false;
    }

    private boolean anyOf(String subject, String namespace, Predicate<PolicyRule> condition) {
        for (Grant grant : grants.getOrDefault(subject, List.of())) {
            boolean counts = grant.namespace().isEmpty() || grant.namespace().equals(namespace);
            if (counts && roles.getOrDefault(grant.role(), List.of()).stream().anyMatch(condition)) {
                return true;
            }
        }
        return false;
    }
}
