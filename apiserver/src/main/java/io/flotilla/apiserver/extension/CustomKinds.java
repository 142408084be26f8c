package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.cache.WatchEventType;
import io.flotilla.apiserver.cache.WatchForm;
import io.flotilla.apiserver.cache.Watcher;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.CustomResource;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.storage.StorageException;
import io.flotilla.apiserver.webhook.WebhookClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what definitions define. Every API server follows the definitions in its own watch cache; whichever is first
 * writes their status, and all come to the same.
 */
public final class CustomKinds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CustomKinds.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final long RETRY_MILLIS = 500;

    private final Schema schema;
    private final Cache cache;
    private final Registry registry;
    private final Clock clock;
    private final ResourceInfo definitions;
    private final WebhookClient webhooks;
    private final Cleanup cleanup;
    private final Semaphore changed = new Semaphore(0);
    private final Map<String, Known> known = new HashMap<>();
    private Map<String, CustomKind> served = new LinkedHashMap<>();
    private Optional<Thread> thread = Optional.empty();

    /** A definition as it was last read. */
    private record Known(long revision, ObjectNode object) {}

    /** @param webhooks asks those that convert */
    public CustomKinds(Schema schema, Cache cache, Registry registry, Clock clock, WebhookClient webhooks) {
        this.webhooks = webhooks;
        this.schema = schema;
        this.cache = cache;
        this.registry = registry;
        this.clock = clock;
        this.definitions = registry.of("apiextensions.k8s.io", "customresourcedefinitions");
        this.cleanup = new Cleanup(registry, definitions, clock);
    }

    /** Begins to serve; returns at once. Until the first are served, the schema is not complete. */
    public synchronized void start() {
        schema.expectCustomResources();
        thread = Optional.of(Thread.ofVirtual().name("custom-kinds").start(this::run));
    }

    @Override
    public synchronized void close() {
        thread.ifPresent(Thread::interrupt);
        cleanup.close();
    }

    private ResourceCache cached() {
        return registry.served(definitions)
                .map(ServedVersion::registry)
                .orElseThrow()
                .cache();
    }

    private void run() {
        try {
            while (!cache.isLoaded()) {
                cache.await(1, PATIENCE);
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
            while (true) {
                follow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Serves until the watch on the definitions ends. */
    private void follow() throws InterruptedException {
        Watcher<Object> watcher =
                cached().watch(Selection.ALL, SIGNAL, OptionalLong.empty(), false, false, changed::release);
        try {
            boolean complete = false;
            while (watcher.end() == Watcher.End.OPEN) {
                while (watcher.next().isPresent()) {
                    complete = false;
                }
                if (!complete) {
                    complete = reconcile();
                }
                if (complete) {
                    changed.acquire();
                } else {
                    boolean _ = changed.tryAcquire(RETRY_MILLIS, TimeUnit.MILLISECONDS);
                }
                changed.drainPermits();
            }
        } finally {
            watcher.close();
        }
    }

    /** What changed is looked up, not told. */
    private static final WatchForm<Object> SIGNAL = new WatchForm<>() {
        @Override
        public Object frame(WatchEventType type, CachedObject object) {
            return type;
        }

        @Override
        public Object bookmark(long revision, boolean initialEventsEnd) {
            return WatchEventType.BOOKMARK;
        }

        @Override
        public Object cast(Object frame) {
            return frame;
        }
    };

    /** Returns whether all is as it should be. */
    private boolean reconcile() {
        List<ObjectNode> all = read();
        Map<String, NameConditions> decided = decide(all);
        // In this order: whoever reads that a definition is established finds it served.
        boolean done = succeeds(() -> serve(all));
        if (!succeeds(() -> write(decided))) {
            // What has been decided and not written is decided anew.
            known.clear();
            done = false;
        }
        return succeeds(() -> all.forEach(cleanup::consider)) && done;
    }

    private static boolean succeeds(Runnable step) {
        try {
            step.run();
            return true;
        } catch (StatusException | StorageException e) {
            LOG.info("custom resources are not up to date yet: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("custom resources could not be brought up to date", e);
        }
        return false;
    }

    /** All definitions, the oldest first. */
    private List<ObjectNode> read() {
        Map<String, Known> now = new HashMap<>();
        cached().snapshot().from("", "").forEachRemaining(object -> {
            Known before = known.get(object.name());
            now.put(
                    object.name(),
                    before != null && before.revision() == object.revision()
                            ? before
                            : new Known(object.revision(), StoredForm.parse(object)));
        });
        known.clear();
        known.putAll(now);
        return now.values().stream()
                .map(Known::object)
                .sorted(Comparator.comparing((ObjectNode each) ->
                                each.path("metadata").path("creationTimestamp").asText())
                        .thenComparing(CustomKinds::name))
                .toList();
    }

    private static String name(ObjectNode definition) {
        return definition.path("metadata").path("name").asText();
    }

    /** Gives their status to definitions whose names have not been decided; returns what decides, by their names. */
    private Map<String, NameConditions> decide(List<ObjectNode> all) {
        Instant now = clock.instant();
        Map<String, NameConditions> decided = new LinkedHashMap<>();
        for (ObjectNode each : all) {
            ObjectNode copy = each.deepCopy();
            NameConditions names = new NameConditions(others(all, each), now);
            names.settle(copy);
            if (!copy.equals(each)) {
                // The others are held against this at once; etcd and the cache learn of it in their own time.
                each.set("status", copy.path("status"));
                decided.put(name(each), names);
            }
        }
        return decided;
    }

    private void write(Map<String, NameConditions> decided) {
        decided.forEach((name, names) -> {
            try {
                registry.objects().update(definitions, "", name, live -> {
                    names.settle(live);
                    return live;
                });
            } catch (StatusException e) {
                if (e.code() != 404) {
                    throw e;
                }
            }
        });
    }

    private static List<ObjectNode> others(List<ObjectNode> all, ObjectNode self) {
        String group = self.path("spec").path("group").asText();
        return all.stream()
                .filter(each -> !name(each).equals(name(self))
                        && each.path("spec").path("group").asText().equals(group))
                .toList();
    }

    /** What a definition defines, if it is in force: as it was before, where nothing of it has changed. */
    private Optional<CustomKind> kind(ObjectNode object, Optional<CustomKind> before) {
        try {
            Definition definition = Definition.of(object);
            if (!definition.established()) {
                return Optional.empty();
            }
            if (before.isPresent() && before.get().definition().content().equals(definition.content())) {
                return before;
            }
            return Optional.of(CustomKind.of(definition, schema, cache, webhooks, before));
        } catch (StorageException.Unavailable | StorageException.Compacted e) {
            // What is stored could not be read this time.
            throw e;
        } catch (RuntimeException e) {
            // One that cannot be served must not keep the others from it.
            LOG.error("the resources of {} cannot be served", name(object), e);
            return before;
        }
    }

    private void serve(List<ObjectNode> all) {
        Map<String, CustomKind> next = new LinkedHashMap<>();
        boolean same = true;
        Optional<StorageException> failure = Optional.empty();
        for (ObjectNode each : all) {
            Optional<CustomKind> before = Optional.ofNullable(served.get(name(each)));
            Optional<CustomKind> kind = before;
            try {
                kind = kind(each, before);
            } catch (StorageException e) {
                failure = Optional.of(e);
            }
            same &= kind.equals(before);
            kind.ifPresent(now -> next.put(name(each), now));
        }
        // A server that has just started is not to say that what it could not read does not exist.
        boolean first = !schema.isComplete();
        if (first ? failure.isEmpty() : !same || next.size() != served.size()) {
            put(next);
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    /** Serves these in the stead of those before. */
    private void put(Map<String, CustomKind> next) {
        registry.serve(next.values().stream().map(CustomKind::registration).toList());
        List<CustomResource> versions = new ArrayList<>();
        next.values().forEach(kind -> versions.addAll(kind.versions()));
        schema.serve(versions);
        served.forEach((name, kind) -> {
            CustomKind now = next.get(name);
            if (now == null || !Objects.equals(now.cache(), kind.cache())) {
                cache.detach(kind.cache());
            }
        });
        served = next;
    }
}
