package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.extension.definition.DefinitionStrategy;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ResourceRegistry;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.registry.Updating;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.storage.StorageException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes the objects of definitions that are to go, and lets the definitions go when none is left. */
final class Cleanup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cleanup.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final User SELF = new User("system:apiserver", "", List.of(User.MASTERS), Map.of());

    private final Registry registry;
    private final ResourceInfo definitions;
    private final Clock clock;
    private final Map<String, Thread> running = new ConcurrentHashMap<>();

    Cleanup(Registry registry, ResourceInfo definitions, Clock clock) {
        this.registry = registry;
        this.definitions = definitions;
        this.clock = clock;
    }

    /** Begins to clean up after a definition, if it is to go and that has not begun. */
    void consider(ObjectNode definition) {
        String name = definition.path("metadata").path("name").asText();
        if (!definition.path("metadata").has("deletionTimestamp") || !isHeld(definition)) {
            return;
        }
        Definition defined = Definition.of(definition);
        running.computeIfAbsent(
                name,
                _ -> Thread.ofVirtual().name("cleanup-" + name).start(() -> {
                    try {
                        run(name, defined);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    } finally {
                        running.remove(name);
                    }
                }));
    }

    private static boolean isHeld(JsonNode definition) {
        for (JsonNode finalizer : definition.path("metadata").path("finalizers")) {
            if (finalizer.asText().equals(DefinitionStrategy.FINALIZER)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        running.values().forEach(Thread::interrupt);
    }

    private void run(String name, Definition defined) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        boolean begun = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                if (!begun && defined.established()) {
                    tell(name, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress");
                }
                begun = true;
                if (!defined.established() || deleteAll(defined)) {
                    tell(name, "False", "InstanceDeletionCompleted", "removed all instances");
                    letGo(name);
                    return;
                }
            } catch (StatusException e) {
                if (e.code() == 404) {
                    return;
                }
                LOG.info("objects of {} are not deleted yet: {}", name, e.getMessage());
            } catch (StorageException e) {
                LOG.info("objects of {} are not deleted yet: {}", name, e.getMessage());
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private void tell(String name, String status, String reason, String message) {
        registry.objects().update(definitions, "", name, live -> {
            NameConditions.condition(live, "Terminating", status, reason, message, clock.instant());
            return live;
        });
    }

    /** Returns whether nothing is left. */
    private boolean deleteAll(Definition defined) {
        Optional<ResourceRegistry> found = registry.custom(
                "/registry/" + defined.group() + "/" + defined.names().plural());
        if (found.isEmpty()) {
            return false;
        }
        ResourceRegistry objects = found.get();
        List<CachedObject> left = new ArrayList<>();
        Iterator<CachedObject> all = objects.cache().snapshot().from("", "");
        all.forEachRemaining(left::add);
        for (CachedObject each : left) {
            try {
                objects.deletion()
                        .delete(
                                each.namespace(),
                                each.name(),
                                SELF,
                                DeleteOptions.NONE,
                                Optional.empty(),
                                _ -> {},
                                Review.NONE);
            } catch (StatusException e) {
                if (e.code() != 404) {
                    throw e;
                }
            }
        }
        return left.isEmpty();
    }

    private void letGo(String name) {
        ServedVersion version = registry.served(definitions).orElseThrow();
        Updating.Request request = new Updating.Request(
                "", name, false, SELF, WriteOptions.DEFAULT, _ -> {}, Updating.Ownership.SETTLED, Review.NONE);
        version.registry().updating().update(request, old -> {
            ObjectNode object = old.get();
            ObjectNode metadata = (ObjectNode) object.get("metadata");
            ArrayNode kept = metadata.arrayNode();
            metadata.path("finalizers").forEach(finalizer -> {
                if (!finalizer.asText().equals(DefinitionStrategy.FINALIZER)) {
                    kept.add(finalizer);
                }
            });
            metadata.set("finalizers", kept);
            return object;
        });
    }
}
