package io.flotilla.kubeproxy.sync;

import io.flotilla.kubeproxy.service.Listen;
import io.flotilla.kubeproxy.service.Route;
import io.flotilla.kubeproxy.service.Routes;
import io.flotilla.kubeproxy.service.Services;
import io.flotilla.kubeproxy.userspace.UserspaceProxy;
import io.flotilla.machinery.scheme.ObjectKey;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns changed Services into changed routes, on a thread of its own; changes that come together are handled together. */
public final class RouteSync implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RouteSync.class);

    /** The pause after a sync, in which changes gather. */
    private static final Duration GATHER = Duration.ofMillis(10);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Services services;
    private final Routes routes;
    private final UserspaceProxy proxy;
    private final ProxyMetrics metrics;
    private final Map<ObjectKey, Map<Listen, Route>> current = new HashMap<>(); // of the sync thread
    private volatile boolean synced;
    private @Nullable Thread thread; // guarded by this

    public RouteSync(Services services, Routes routes, UserspaceProxy proxy, MeterRegistry registry, Clock clock) {
        this.services = services;
        this.routes = routes;
        this.proxy = proxy;
        this.metrics = new ProxyMetrics(registry, services, proxy, clock);
    }

    /** Starts to sync; to be called once the informers have synced, lest present services look gone. */
    public synchronized void start() {
        thread = Thread.ofVirtual().name("sync").start(this::run);
    }

    /** Says whether the routes have been set once. */
    public boolean hasSynced() {
        return synced;
    }

    private void run() {
        try {
            List<Services.Change> changes = services.poll();
            while (true) {
                metrics.queued();
                long start = System.nanoTime();
                apply(changes);
                metrics.synced(Duration.ofNanos(System.nanoTime() - start));
                synced = true;
                Thread.sleep(GATHER);
                changes = services.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void apply(List<Services.Change> changes) {
        Map<ObjectKey, Map<Listen, Route>> wanted = new HashMap<>();
        for (Services.Change change : changes) {
            wanted.put(
                    change.key(),
                    change.service()
                            .map(service -> routes.of(service, change.slices()))
                            .orElse(Map.of()));
        }
        // First all that goes: an address may pass from one service to another.
        Set<Listen> kept = new HashSet<>();
        wanted.values().forEach(map -> kept.addAll(map.keySet()));
        for (ObjectKey service : wanted.keySet()) {
            for (Listen listen : current.getOrDefault(service, Map.of()).keySet()) {
                if (!kept.contains(listen)) {
                    proxy.remove(listen);
                }
            }
        }
        wanted.forEach((service, now) -> {
            Map<Listen, Route> before = current.getOrDefault(service, Map.of());
            now.forEach((listen, route) -> {
                if (!route.equals(before.get(listen))) {
                    set(listen, route);
                }
            });
            if (now.isEmpty()) {
                current.remove(service);
            } else {
                current.put(service, now);
            }
        });
    }

    private void set(Listen listen, Route route) {
        try {
            proxy.route(listen, route);
        } catch (IllegalArgumentException e) {
            LOG.warn("Service {} cannot be proxied: {}", route.service(), e.getMessage());
        }
    }

    /** No route is set any more once this returns, unless it takes very long: the proxy may be closed next. */
    @Override
    public synchronized void close() {
        if (thread == null) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
