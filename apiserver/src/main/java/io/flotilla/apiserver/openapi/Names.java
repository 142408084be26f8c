package io.flotilla.apiserver.openapi;

import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Map;

/** The names that types and operations have in Kubernetes' OpenAPI documents. */
final class Names {
    private static final Map<String, String> IRREGULAR = Map.of(
            "api/resource", "io.k8s.apimachinery.pkg.api.resource",
            "apiextensions/v1", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
            "apiregistration/v1", "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
            "metrics/v1beta1", "io.k8s.metrics.pkg.apis.metrics.v1beta1",
            "meta/v1", "io.k8s.apimachinery.pkg.apis.meta.v1",
            "runtime", "io.k8s.apimachinery.pkg.runtime",
            "util/intstr", "io.k8s.apimachinery.pkg.util.intstr",
            "version", "io.k8s.apimachinery.pkg.version");

    /** Types that clients know by name, while the table has them as scalars. */
    static final String TIME = "meta/v1.Time";

    static final String MICRO_TIME = "meta/v1.MicroTime";
    static final String QUANTITY = "api/resource.Quantity";
    static final String INT_OR_STRING = "util/intstr.IntOrString";
    static final String RAW = "runtime.RawExtension";
    static final String FIELDS = "meta/v1.FieldsV1";
    static final String PATCH = "meta/v1.Patch";
    static final String ANY = "apiextensions/v1.JSON";

    private Names() {}

    /** {@code core/v1.Pod} is {@code io.k8s.api.core.v1.Pod}. */
    static String definition(String type) {
        int dot = type.lastIndexOf('.');
        String group = type.substring(0, dot);
        String prefix = IRREGULAR.get(group);
        return (prefix == null ? "io.k8s.api." + group.replace('/', '.') : prefix) + type.substring(dot);
    }

    /** {@code apps_v1}: the tag of a group version's operations. */
    static String tag(ResourceInfo resource) {
        return group(resource) + "_" + resource.version();
    }

    /** {@code createAppsV1NamespacedDeployment}. */
    static String operation(String verb, ResourceInfo resource, String subresource, boolean allNamespaces) {
        StringBuilder name = new StringBuilder(verb);
        for (String part : group(resource).split("[.-]")) {
            name.append(capital(part));
        }
        name.append(capital(resource.version()));
        name.append(resource.namespaced() && !allNamespaces ? "Namespaced" : "").append(resource.kind());
        name.append(capital(subresource)).append(allNamespaces ? "ForAllNamespaces" : "");
        return name.toString();
    }

    private static String group(ResourceInfo resource) {
        return resource.group().isEmpty() ? "core" : resource.group().replace(".k8s.io", "");
    }

    static String capital(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
