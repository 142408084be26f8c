package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Carries managed fields between an object and its scale: the count of replicas is one field with two names, and whoever
 * sets it through one owns it in the other (KEP-555). Immutable.
 */
public final class ScaleFields {
    private static final List<String> IN_SCALE = List.of("f:spec", "f:replicas");

    private final Map<String, List<String>> paths;

    /** @param paths by each version of the object's kind, the names that lead to its count of replicas */
    public ScaleFields(Map<String, List<String>> paths) {
        this.paths = paths.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().stream()
                                .map(name -> "f:" + name)
                                .toList()));
    }

    /** Tells in the metadata of a scale who owns its count of replicas. */
    public void show(ObjectNode object, ObjectNode scale) {
        Managers shown = new Managers();
        String version = scale.path("apiVersion").asText();
        Managers.of(object).entries().forEach((key, entry) -> {
            if (ownsReplicas(entry)) {
                shown.put(inVersion(key, version), FieldSet.ofPaths(IN_SCALE), version, entry.time());
            }
        });
        shown.writeTo((ObjectNode) scale.get("metadata"));
    }

    /**
     * Tells in the metadata of an object who owns its count of replicas, as a write of its scale has left that. Who comes
     * to own it through the scale is noted without a time.
     *
     * @param version in which the new owners are noted
     */
    public void settle(ObjectNode scale, ObjectNode object, String version) {
        Managers left = Managers.of(scale);
        left.entries().values().removeIf(entry -> !has(entry.fields(), IN_SCALE));
        String scaleVersion = scale.path("apiVersion").asText();
        Managers settled = new Managers();
        Managers.of(object).entries().forEach((key, entry) -> {
            if (!ownsReplicas(entry)) {
                settled.put(key, entry.fields(), entry.apiVersion(), entry.time());
            } else if (left.entries().remove(inVersion(key, scaleVersion)) != null) {
                settled.put(key, entry.fields(), entry.apiVersion(), entry.time());
            } else {
                FieldSet rest = entry.fields().difference(FieldSet.ofPaths(path(entry)));
                settled.put(key, rest, entry.apiVersion(), entry.time());
            }
        });
        FieldSet replicas = FieldSet.ofPaths(paths.getOrDefault(version, IN_SCALE));
        left.entries().keySet().forEach(key -> {
            Managers.Key owner = inVersion(key, version);
            Managers.Entry before = settled.get(owner);
            settled.put(owner, before == null ? replicas : before.fields().union(replicas), version, "");
        });
        settled.writeTo((ObjectNode) object.get("metadata"));
    }

    private boolean ownsReplicas(Managers.Entry entry) {
        List<String> path = path(entry);
        return !path.isEmpty() && has(entry.fields(), path);
    }

    private List<String> path(Managers.Entry entry) {
        return paths.getOrDefault(entry.apiVersion(), List.of());
    }

    private static boolean has(FieldSet set, List<String> path) {
        FieldSet node = set;
        for (String edge : path) {
            node = node.children().get(edge);
            if (node == null) {
                return false;
            }
        }
        return node.isMember();
    }

    private static Managers.Key inVersion(Managers.Key key, String version) {
        return key.apiVersion().isEmpty() ? key : Managers.Key.updater(key.manager(), version, key.subresource());
    }
}
