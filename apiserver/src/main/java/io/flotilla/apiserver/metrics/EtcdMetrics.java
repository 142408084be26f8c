package io.flotilla.apiserver.metrics;

import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.storage.StorageException;
import io.flotilla.apiserver.storage.StoreObserver;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Requests to etcd by operation and resource. */
public final class EtcdMetrics implements StoreObserver {
    private static final String[] LABELS = {"group", "operation", "resource"};
    /** What is stored that is no resource. */
    private static final Resource OTHER = new Resource("", "");

    private final Schema schema;
    private final Histogram durations;
    private final Counter total;
    private final Counter errors;
    private final Map<String, Resource> byPrefix = new ConcurrentHashMap<>();
    private final Map<Kind, Series> series = new ConcurrentHashMap<>();

    private record Resource(String group, String resource) {}

    private record Kind(String operation, Resource resource) {}

    private record Series(DistributionDataPoint duration, CounterDataPoint total) {}

    public EtcdMetrics(PrometheusRegistry registry, Schema schema) {
        this.schema = schema;
        durations = Histogram.builder()
                .withoutExemplars()
                .name("etcd_request_duration_seconds")
                .help("Etcd request latency in seconds for each operation and object type.")
                .labelNames(LABELS)
                .classicOnly()
                .classicUpperBounds(
                        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
                        60)
                .register(registry);
        total = Counter.builder()
                .withoutExemplars()
                .name("etcd_requests")
                .help("Etcd request counts for each operation and object type.")
                .labelNames(LABELS)
                .register(registry);
        errors = Counter.builder()
                .withoutExemplars()
                .name("etcd_request_errors")
                .help("Etcd failed request counts for each operation and object type.")
                .labelNames(LABELS)
                .register(registry);
    }

    /** Adds the size of the database, which is looked up when someone asks; there is none while etcd does not answer. */
    public static void registerSize(PrometheusRegistry registry, LongSupplier databaseBytes) {
        var _ = GaugeWithCallback.builder()
                .name("apiserver_storage_size_bytes")
                .help("Size of the storage database file physically allocated in bytes.")
                .labelNames("storage_cluster_id")
                .callback(callback -> {
                    try {
                        callback.call((double) databaseBytes.getAsLong(), "etcd-0");
                    } catch (StorageException _) {
                        return;
                    }
                })
                .register(registry);
    }

    @Override
    public <T> T observe(String operation, String key, Supplier<T> call) {
        Series meters = series.computeIfAbsent(new Kind(operation, resource(key)), this::resolve);
        long start = System.nanoTime();
        try {
            return call.get();
        } catch (RuntimeException e) {
            Resource resource = resource(key);
            errors.labelValues(resource.group(), operation, resource.resource()).inc();
            throw e;
        } finally {
            meters.total().inc();
            meters.duration().observe((System.nanoTime() - start) / 1e9);
        }
    }

    private Series resolve(Kind kind) {
        Resource resource = kind.resource();
        return new Series(
                durations.labelValues(resource.group(), kind.operation(), resource.resource()),
                total.labelValues(resource.group(), kind.operation(), resource.resource()));
    }

    /** The resource whose prefix the key begins with: the number of series must not grow with the number of objects. */
    private Resource resource(String key) {
        for (int end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) {
            Resource known = byPrefix.get(key.substring(0, end));
            if (known != null) {
                return known;
            }
        }
        Optional<ResourceInfo> found = Stream.concat(schema.resources().stream(), schema.customResources().stream())
                .filter(each -> !each.storagePrefix().isEmpty() && key.startsWith(each.storagePrefix() + "/"))
                .findFirst();
        found.ifPresent(each -> byPrefix.put(each.storagePrefix(), new Resource(each.group(), each.resource())));
        return found.map(each -> new Resource(each.group(), each.resource())).orElse(OTHER);
    }
}
