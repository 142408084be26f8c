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

    /** A definition that is to go: another of the same name may come after it, and that one's objects stay. */
    private record Going(String name, String uid, Definition defined) {
        boolean isStill(ObjectNode live) {
            return uidOf(live).equals(uid) && isGoing(live);
        }
    }

    Cleanup(Registry registry, ResourceInfo definitions, Clock clock) {
        this.registry = registry;
        this.definitions = definitions;
        this.clock = clock;
    }

    /** Begins to clean up after a definition, if it is to go and that has not begun. */
    void consider(ObjectNode definition) {
        if (!isGoing(definition)) {
            return;
        }
        Going going = new Going(
                definition.path("metadata").path("name").asText(), uidOf(definition), Definition.of(definition));
        running.computeIfAbsent(
                going.uid(),
                uid -> Thread.ofVirtual().name("cleanup-" + going.name()).start(() -> {
                    try {
                        run(going);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    } finally {
                        running.remove(uid);
                    }
                }));
    }

    private static String uidOf(ObjectNode object) {
        return object.path("metadata").path("uid").asText();
    }

    private static boolean isGoing(ObjectNode definition) {
        return definition.path("metadata").has("deletionTimestamp") && isHeld(definition);
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

    private void run(Going going) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        boolean begun = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                if (!begun && going.defined().established()) {
                    tell(going, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress");
                }
                begun = true;
                if (!going.defined().established() || deleteAll(going)) {
                    tell(going, "False", "InstanceDeletionCompleted", "removed all instances");
                    letGo(going);
                    return;
                }
            } catch (StatusException e) {
                if (e.code() == 404) {
                    return;
                }
                LOG.info("objects of {} are not deleted yet: {}", going.name(), e.getMessage());
            } catch (StorageException e) {
                LOG.info("objects of {} are not deleted yet: {}", going.name(), e.getMessage());
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Fails with NotFound when another server has let the definition go, whatever has its name now. */
    private void check(Going going, ObjectNode live) {
        if (!going.isStill(live)) {
            throw StatusException.notFound(definitions, going.name());
        }
    }

    private void tell(Going going, String status, String reason, String message) {
        registry.objects().update(definitions, "", going.name(), live -> {
            check(going, live);
            NameConditions.condition(live, "Terminating", status, reason, message, clock.instant());
            return live;
        });
    }

    /** Returns whether nothing is left. */
    private boolean deleteAll(Going going) {
        Definition defined = going.defined();
        Optional<ResourceRegistry> found = registry.custom(
                "/registry/" + defined.group() + "/" + defined.names().plural());
        List<CachedObject> left = new ArrayList<>();
        found.ifPresent(objects -> objects.cache().snapshot().from("", "").forEachRemaining(left::add));
        // What was there before this look at the definition is the definition's, not that of one to come.
        check(
                going,
                registry.objects()
                        .get(definitions, "", going.name())
                        .orElseThrow(() -> StatusException.notFound(definitions, going.name())));
        if (found.isEmpty()) {
            return false;
        }
        ResourceRegistry objects = found.get();
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

    private void letGo(Going going) {
        ServedVersion version = registry.served(definitions).orElseThrow();
        Updating.Request request = new Updating.Request(
                "", going.name(), false, SELF, WriteOptions.DEFAULT, _ -> {}, Updating.Ownership.SETTLED, Review.NONE);
        version.registry().updating().update(request, old -> {
            ObjectNode object = old.get();
            check(going, object);
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
