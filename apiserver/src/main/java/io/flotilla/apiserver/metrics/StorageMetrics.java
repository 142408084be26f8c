package io.flotilla.apiserver.metrics;

import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ResourceRegistry;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What is stored and who watches it, looked up when someone asks. */
public final class StorageMetrics {
    private StorageMetrics() {}

    public static void register(PrometheusRegistry metrics, Registry registry) {
        var _ = GaugeWithCallback.builder()
                .name("apiserver_storage_objects")
                .help("Number of stored objects at the time of last check split by kind.")
                .labelNames("resource")
                .callback(callback -> registry.all()
                        .forEach(each ->
                                callback.call(objects(each), each.resource().qualifiedResource())))
                .register(metrics);
        var _ = GaugeWithCallback.builder()
                .name("apiserver_resource_objects")
                .help("Number of stored objects at the time of last check split by kind.")
                .labelNames("group", "resource")
                .callback(callback -> registry.all()
                        .forEach(each -> callback.call(
                                objects(each),
                                each.resource().group(),
                                each.resource().resource())))
                .register(metrics);
        var _ = CounterWithCallback.builder()
                .name("apiserver_storage_events_received")
                .help("Changes that etcd has told of, by resource.")
                .labelNames("group", "resource")
                .callback(callback -> registry.all()
                        .forEach(each -> callback.call(
                                (double) each.cache().received(),
                                each.resource().group(),
                                each.resource().resource())))
                .register(metrics);
        var _ = GaugeWithCallback.builder()
                .name("apiserver_watch_cache_resource_version")
                .help("Current resource version of watch cache broken by resource type.")
                .labelNames("group", "resource")
                .callback(callback -> registry.all()
                        .forEach(each -> callback.call(
                                (double) each.cache().snapshot().revision(),
                                each.resource().group(),
                                each.resource().resource())))
                .register(metrics);
        var _ = GaugeWithCallback.builder()
                .name("apiserver_registered_watchers")
                .help("Number of currently registered watchers for a given resources")
                .labelNames("group", "kind", "version")
                .callback(callback -> registry.all()
                        .forEach(each -> callback.call(
                                each.cache().watchCount(),
                                each.resource().group(),
                                each.resource().kind(),
                                each.resource().version())))
                .register(metrics);
    }

    private static int objects(ResourceRegistry resource) {
        return resource.cache().snapshot().objects().size();
    }
}
