package io.flotilla.apiserver.extension.aggregation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.cache.ResourceCache;
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
    private List<Object> seen = List.of();
    private long settledNanos;
    private boolean settled;
    private volatile List<RemoteVersion> versions = List.of();
    private Optional<Thread> thread = Optional.empty();

    /** What was found about a service the last time. */
    private record Known(ApiService service, Check.Found found, Optional<Check.Served> served, long atNanos) {}

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
            List<Object> now = state();
            boolean same = seen.equals(now);
            long sinceNanos = nanoTime.getAsLong() - settledNanos;
            if (!same || !settled || sinceNanos > RECHECK.toNanos()) {
                settled = false;
                authentication.settle();
                custom.settle(services.all());
                settledNanos = nanoTime.getAsLong();
                settled = true;
            }
            check(!same);
            seen = now;
        } catch (StatusException | StorageException e) {
            LOG.info("API services are not up to date yet: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("API services could not be brought up to date", e);
        }
    }

    /** Everything that conditions follow from, told apart by identity. */
    private List<Object> state() {
        List<Object> state = new ArrayList<>();
        state.add(new Same(services.version()));
        state.add(schema.generation());
        watched.forEach(each -> state.add(new Same(each.snapshot().objects())));
        return state;
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

    private void check(boolean changed) throws InterruptedException {
        List<ApiServices.Read> all = services.all();
        Map<String, Check.Found> found = new ConcurrentHashMap<>();
        Set<String> again = new HashSet<>(doubted);
        doubted.removeAll(again);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (ApiServices.Read each : all) {
                ApiService service = each.service();
                service.backend()
                        .filter(_ -> changed || again.contains(service.name()) || isDue(service))
                        .ifPresent(backend ->
                                threads.execute(() -> found.put(service.name(), check.run(service, backend))));
            }
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Set<String> names = new HashSet<>();
        for (ApiServices.Read each : all) {
            ApiService service = each.service();
            names.add(service.name());
            Check.Found now = found.get(service.name());
            if (now != null) {
                remember(service, now);
                write(each, now.condition());
            } else if (service.backend().isEmpty()) {
                known.remove(service.name());
                write(each, Condition.LOCAL);
            }
        }
        known.keySet().retainAll(names);
        publish(all);
    }

    private boolean isDue(ApiService service) {
        Known last = known.get(service.name());
        if (last == null || !last.service().backend().equals(service.backend())) {
            return true;
        }
        Duration pause = last.found().condition().isTrue() ? RECHECK : RETRY;
        return nanoTime.getAsLong() - last.atNanos() > pause.toNanos();
    }

    /** What a server once said it served stands, marked as stale, while it does not answer. */
    private void remember(ApiService service, Check.Found now) {
        Optional<Check.Served> served = now.served()
                .or(() -> Optional.ofNullable(known.get(service.name())).flatMap(Known::served));
        known.put(service.name(), new Known(service, now, served, nanoTime.getAsLong()));
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
                    served.map(Check.Served::openApi).orElse("")));
        }
        if (!next.equals(versions)) {
            versions = List.copyOf(next);
        }
    }
}
