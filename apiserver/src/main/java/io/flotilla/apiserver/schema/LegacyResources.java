package io.flotilla.apiserver.schema;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Resources in versions that Kubernetes once served: as the present version's, but for their types, and without what would
 * get in the way of it: subresources but status and scale, short names, categories.
 */
final class LegacyResources {
    private static final List<Legacy> ALL = List.of(
            new Legacy("extensions/v1beta1", "apps/v1", "daemonsets", "1.8", "1.16"),
            new Legacy("extensions/v1beta1", "apps/v1", "deployments", "1.8", "1.16"),
            new Legacy("extensions/v1beta1", "apps/v1", "replicasets", "1.8", "1.16"),
            new Legacy("extensions/v1beta1", "networking.k8s.io/v1", "ingresses", "1.14", "1.22"),
            new Legacy("networking.k8s.io/v1beta1", "networking.k8s.io/v1", "ingresses", "1.19", "1.22"),
            new Legacy("apps/v1beta1", "apps/v1", "deployments", "1.8", "1.16"),
            new Legacy("apps/v1beta1", "apps/v1", "statefulsets", "1.8", "1.16"),
            new Legacy("apps/v1beta2", "apps/v1", "daemonsets", "1.9", "1.16"),
            new Legacy("apps/v1beta2", "apps/v1", "deployments", "1.9", "1.16"),
            new Legacy("apps/v1beta2", "apps/v1", "replicasets", "1.9", "1.16"),
            new Legacy("apps/v1beta2", "apps/v1", "statefulsets", "1.9", "1.16"),
            new Legacy("batch/v1beta1", "batch/v1", "cronjobs", "1.21", "1.25"),
            new Legacy("autoscaling/v2beta2", "autoscaling/v2", "horizontalpodautoscalers", "1.23", "1.26"));

    private LegacyResources() {}

    /**
     * One of them.
     *
     * @param deprecated since when its use was discouraged
     * @param removed since when Kubernetes does not serve it
     */
    private record Legacy(
            String apiVersion, String presentVersion, String resource, String deprecated, String removed) {
        String group() {
            return group(apiVersion);
        }

        String version() {
            return apiVersion.substring(apiVersion.indexOf('/') + 1);
        }

        ResourceTable.Entry present(ResourceTable table) {
            String version = presentVersion.substring(presentVersion.indexOf('/') + 1);
            ResourceTable.Entry found = table.find(group(presentVersion), version, resource);
            if (found == null) {
                throw new IllegalStateException("the table has no " + presentVersion + " " + resource);
            }
            return found;
        }

        private static String group(String apiVersion) {
            return apiVersion.substring(0, apiVersion.indexOf('/'));
        }
    }

    /** Adds them to a table; returns what to tell those who use them. */
    static Map<ResourceInfo, Deprecation> addTo(ResourceTable table, TypeTable types) {
        Map<ResourceInfo, Deprecation> deprecations = new LinkedHashMap<>();
        for (Legacy each : ALL) {
            ResourceTable.Entry entry = entry(each, each.present(table), types);
            table.add(entry);
            String kind = entry.info().kind();
            String warning = each.apiVersion() + " " + kind + " is deprecated in v" + each.deprecated()
                    + "+, unavailable in v" + each.removed() + "+; use " + each.presentVersion() + " " + kind;
            deprecations.put(entry.info(), new Deprecation(warning, each.removed()));
        }
        return deprecations;
    }

    private static ResourceTable.Entry entry(Legacy legacy, ResourceTable.Entry present, TypeTable types) {
        ResourceInfo info = present.info();
        // A version whose types Kubernetes has forgotten is one that differs from the present one in name alone.
        StructType type = ApiGroups.typeNames(legacy.apiVersion(), info.kind())
                .filter(name -> types.find(name) != null)
                .findFirst()
                .map(types::get)
                .orElse(present.type());
        Map<String, SubresourceInfo> subresources = new LinkedHashMap<>();
        SubresourceInfo scale = present.subresources().get("scale");
        if (scale != null) {
            subresources.put("scale", scale);
        }
        SubresourceInfo status = present.subresources().get("status");
        if (status != null) {
            subresources.put(
                    "status",
                    new SubresourceInfo("status", legacy.group(), legacy.version(), info.kind(), status.verbs(), type));
        }
        return new ResourceTable.Entry(
                new ResourceInfo(
                        legacy.group(),
                        legacy.version(),
                        info.resource(),
                        info.kind(),
                        info.singular(),
                        info.namespaced(),
                        info.verbs(),
                        List.of(),
                        List.of(),
                        info.storageVersion(),
                        info.storagePrefix(),
                        Set.copyOf(subresources.keySet())),
                true,
                present.storageVersionHash(),
                type,
                subresources,
                present.selectors(),
                present.columns());
    }
}
