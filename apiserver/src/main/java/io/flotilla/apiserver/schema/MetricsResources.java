package io.flotilla.apiserver.schema;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The group metrics.k8s.io, which Kubernetes leaves to metrics-server: what the objects of it are is in the table. */
final class MetricsResources {
    private static final String GROUP = "metrics.k8s.io";
    private static final String VERSION = "v1beta1";
    private static final List<Column> COLUMNS = List.of(
            new Column("Name", "string", "name", 0),
            new Column("cpu", "string", "quantity", 0),
            new Column("memory", "string", "quantity", 0),
            new Column("Window", "string", "duration", 0));

    private MetricsResources() {}

    static void addTo(ResourceTable table, TypeTable types) {
        table.add(entry("nodes", "NodeMetrics", false, types));
        table.add(entry("pods", "PodMetrics", true, types));
    }

    private static ResourceTable.Entry entry(String resource, String kind, boolean namespaced, TypeTable types) {
        String apiVersion = GROUP + "/" + VERSION;
        return new ResourceTable.Entry(
                new ResourceInfo(
                        GROUP,
                        VERSION,
                        resource,
                        kind,
                        "",
                        namespaced,
                        new LinkedHashSet<>(List.of("get", "list")),
                        List.of(),
                        List.of(),
                        apiVersion,
                        "",
                        Set.of()),
                true,
                "",
                types.get("metrics/" + VERSION + "." + kind),
                Map.of(),
                new FieldSelectors(
                        kind, Map.of("metadata.name", "metadata.name", "metadata.namespace", "metadata.namespace")),
                COLUMNS);
    }
}
