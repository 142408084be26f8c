package io.flotilla.apiserver.extension.aggregation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.discovery.Description;
import io.flotilla.apiserver.discovery.RemoteVersion;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.storage.StorageException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the condition {@code Available} of every APIService, and what the extension servers say that they serve. Every
 * API server asks them itself; whichever is first writes the condition.
 */
public final class Availability implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Availability.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration RECHECK = Duration.ofSeconds(10);

    private final Cache cache;
    private final ApiServices services;
    private final ResourceInfo resource;
    private final Check check;
    private final CustomApiServices custom;
    private final ExtensionAuthentication authentication;
    private final OwnObjects objects;
    private final List<ResourceCache> watched;
    private final Schema schema;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Semaphore wake = new Semaphore(0);
    private final Set<String> doubted = ConcurrentHashMap.newKeySet();
    private final Map<String, Known> known = new HashMap<>();
    private List<Object> seenServices = List.of();
    private List<Object> seenWays = List.of();
    private long settledNanos;
    private boolean settled;
    private volatile boolean kept;
    private volatile List<RemoteVersion> versions = List.of();
    private Optional<Thread> thread = Optional.empty();

    /** What was found about a service the last time. */
    private record Known(
            ApiService.Backend backend,
            Check.Way way,
            Check.Found found,
            Optional<Check.Served> served,
            long atNanos) {}

    /** A check that has been made. */
    private record Made(Check.Way way, Check.Found found) {}

    /** @param authentication what extension servers are to know of this one */
    public Availability(
            Cache cache,
            Schema schema,
            Registry registry,
            ApiServices services,
            FrontProxy frontProxy,
            Map<String, String> authentication,
            Clock clock,
            LongSupplier nanoTime) {
        this.cache = cache;
        this.schema = schema;
        this.services = services;
        this.resource = registry.of("apiregistration.k8s.io", "apiservices");
        this.objects = new OwnObjects(registry.objects(), clock);
        this.check = new Check(registry.objects(), registry, frontProxy);
        this.custom = new CustomApiServices(schema, registry, resource, objects, clock);
        this.authentication = new ExtensionAuthentication(registry, objects, authentication);
        this.watched = List.of(
                cached(registry, registry.of("", "services")),
                cached(registry, registry.of("discovery.k8s.io", "endpointslices")));
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    private static ResourceCache cached(Registry registry, ResourceInfo resource) {
        return registry.served(resource)
                .map(ServedVersion::registry)
                .orElseThrow()
                .cache();
    }

    public synchronized void start() {
        thread = Optional.of(Thread.ofVirtual().name("api-services").start(this::run));
    }

    @Override
    public synchronized void close() {
        thread.ifPresent(Thread::interrupt);
    }

    /** What extension servers serve; replaced by another list when that changes, and only then. */
    public List<RemoteVersion> versions() {
        return versions;
    }

    /** Whether all services were there and known once: those of this server's own versions, and those of others. */
    public boolean isKept() {
        return kept;
    }

    /** Has a service checked at once: a request could not reach it. */
    public void doubt(ApiService service) {
        doubted.add(service.name());
        wake.release();
    }

    private void run() {
        try {
            while (!cache.isLoaded()) {
                cache.await(1, RETRY);
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
            while (true) {
                reconcile();
                boolean _ = wake.tryAcquire(TICK.toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void reconcile() throws InterruptedException {
        try {
            List<Object> nowServices = List.of(new Same(services.version()), schema.generation());
            List<Object> nowWays = watched.stream()
                    .map(each -> (Object) new Same(each.snapshot().objects()))
                    .toList();
            boolean changed = !seenServices.equals(nowServices);
            long sinceNanos = nanoTime.getAsLong() - settledNanos;
            if (changed || !settled || sinceNanos > RECHECK.toNanos()) {
                settled = false;
                authentication.settle();
                custom.settle(services.all());
                settledNanos = nanoTime.getAsLong();
                settled = true;
            }
            check(!seenWays.equals(nowWays));
            seenServices = nowServices;
            seenWays = nowWays;
            kept = true;
        } catch (StatusException | StorageException e) {
            LOG.info("API services are not up to date yet: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("API services could not be brought up to date", e);
        }
    }

    /** Equal to itself alone: what it holds is large, and replaced when it changes. */
    private record Same(Object value) {
        @Override
        @SuppressWarnings("ReferenceEquality") // the purpose
        public boolean equals(Object other) {
            return other instanceof Same(Object that) && that == value;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(value);
        }
    }

    /** Checks what is to be checked, and writes what was found; ways are looked at anew only if any has changed. */
    private void check(boolean changed) throws InterruptedException {
        List<ApiServices.Read> all = services.all();
        Map<String, Made> made = new ConcurrentHashMap<>();
        Set<String> again = new HashSet<>(doubted);
        doubted.removeAll(again);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (ApiServices.Read each : all) {
                ApiService service = each.service();
                Optional<ApiService.Backend> backend = service.backend();
                if (backend.isPresent()
                        && (again.contains(service.name()) || isDue(service.name(), backend.get(), changed))) {
                    Optional<Check.Served> last =
                            Optional.ofNullable(known.get(service.name())).flatMap(Known::served);
                    threads.execute(() -> {
                        Check.Way way = check.way(backend.get());
                        made.put(service.name(), new Made(way, check.run(service, backend.get(), way, last)));
                    });
                }
            }
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Set<String> remote = new HashSet<>();
        for (ApiServices.Read each : all) {
            String name = each.service().name();
            Optional<ApiService.Backend> backend = each.service().backend();
            if (backend.isPresent()) {
                remote.add(name);
                Made now = made.get(name);
                if (now != null) {
                    remember(name, backend.get(), now);
                }
            }
        }
        known.keySet().retainAll(remote);
        // Who has waited for a service to be available finds it in discovery.
        publish(all);
        for (ApiServices.Read each : all) {
            Made now = made.get(each.service().name());
            if (now != null) {
                write(each, now.found().condition());
            } else if (each.service().backend().isEmpty()) {
                write(each, Condition.LOCAL);
            }
        }
    }

    private boolean isDue(String name, ApiService.Backend backend, boolean changed) {
        Known last = known.get(name);
        if (last == null || !last.backend().equals(backend)) {
            return true;
        }
        if (changed && !last.way().equals(check.way(backend))) {
            return true;
        }
        Duration pause = last.found().condition().isTrue() ? RECHECK : RETRY;
        return nanoTime.getAsLong() - last.atNanos() > pause.toNanos();
    }

    /** What a server once said it served stands, marked as stale, while it does not answer. */
    private void remember(String name, ApiService.Backend backend, Made now) {
        Optional<Check.Served> served = now.found()
                .served()
                .or(() -> Optional.ofNullable(known.get(name)).flatMap(Known::served));
        known.put(name, new Known(backend, now.way(), now.found(), served, nanoTime.getAsLong()));
    }

    private void write(ApiServices.Read read, Condition condition) {
        if (!condition.stands(read.object())) {
            objects.change(resource, "", read.service().name(), live -> condition.writeInto(live, clock.instant()));
        }
    }

    private void publish(List<ApiServices.Read> all) {
        List<RemoteVersion> next = new ArrayList<>();
        for (ApiServices.Read each : all) {
            ApiService service = each.service();
            if (service.backend().isEmpty()) {
                continue;
            }
            Optional<Known> last = Optional.ofNullable(known.get(service.name()));
            Optional<Check.Served> served = last.flatMap(Known::served);
            next.add(new RemoteVersion(
                    service.group(),
                    service.version(),
                    service.groupPriority(),
                    service.versionPriority(),
                    served.map(Check.Served::resources).orElseGet(JsonNodeFactory.instance::arrayNode),
                    last.isPresent() && last.get().found().condition().isTrue(),
                    served.map(Check.Served::openApi).orElse(""),
                    served.map(Check.Served::description).orElse(Description.NONE)));
        }
        if (!next.equals(versions)) {
            versions = List.copyOf(next);
        }
    }
}
