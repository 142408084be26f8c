package io.flotilla.apiserver.schema;

import java.util.Map;
import java.util.stream.Stream;

/** How API groups are called in the table: {@code rbac.authorization.k8s.io/v1} is {@code rbac/v1} there. */
final class ApiGroups {
    private static final Map<String, String> IRREGULAR = Map.of(
            "internal.apiserver.k8s.io", "apiserverinternal",
            "external.metrics.k8s.io", "external_metrics",
            "custom.metrics.k8s.io", "custom_metrics",
            "", "core");

    private ApiGroups() {}

    /** Names under which the table may have a kind: its own group's, then those that every group shares. */
    static Stream<String> typeNames(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : apiVersion.substring(0, slash);
        String version = apiVersion.substring(slash + 1);
        String own = shortName(group) + "/" + version + "." + kind;
        return Stream.of(own, "meta/v1." + kind);
    }

    static String shortName(String group) {
        String irregular = IRREGULAR.get(group);
        if (irregular != null) {
            return irregular;
        }
        int dot = group.indexOf('.');
        return dot < 0 ? group : group.substring(0, dot);
    }
}
