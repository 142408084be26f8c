package io.flotilla.machinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An API server in memory for unit tests: typed reads and writes, versions, conflicts, generateName, graceful deletion by
 * finalizers, watches, merge patches, label selectors of the form {@code a=b,!c} and field selectors by path. No
 * defaults, no validation, no authorization: for those there is the real one.
 */
public final class FakeCluster implements ApiClient {
    private record Stored(ObjectNode tree, long version) {}

    /** A write that reached the cluster, for tests that count them. */
    public record Action(String verb, String resource, ObjectKey key, String subresource) {}

    private final Map<String, Map<ObjectKey, Stored>> objects = new LinkedHashMap<>(); // guarded by this
    private final List<FakeWatch.Change> changes = new ArrayList<>(); // guarded by this
    private final List<FakeWatch<?>> watches = new ArrayList<>(); // guarded by this
    private final List<Action> actions = new ArrayList<>(); // guarded by this
    private final List<DiscoveredResource> discovered = new ArrayList<>(); // guarded by this
    private @Nullable BiConsumer<Action, Object> reaction; // guarded by this
    private long version = 100; // guarded by this
    private long oldest; // guarded by this

    /** Returns all writes so far, oldest first. */
    public synchronized List<Action> actions() {
        return List.copyOf(actions);
    }

    /** Calls back before each write; the callback may throw an {@link ApiException} to refuse it. */
    public synchronized void beforeWrite(BiConsumer<Action, Object> callback) {
        reaction = callback;
    }

    public synchronized void serve(DiscoveredResource resource) {
        discovered.add(resource);
    }

    /** Ends all watches, as a server does that goes away. */
    public synchronized void breakWatches() {
        watches.forEach(watch -> watch.fail(new ApiException.Unanswered("the server is gone", null)));
        watches.clear();
    }

    /** Forgets the history: watches from an older version are answered Expired. */
    public synchronized void compact() {
        changes.clear();
        oldest = version;
    }

    public static ApiException.Refused refusal(int code, String reason, String message) {
        Status status = new StatusBuilder()
                .withStatus("Failure")
                .withCode(code)
                .withReason(reason)
                .withMessage(message)
                .build();
        return new ApiException.Refused(status, null);
    }

    @Override
    public <T extends HasMetadata> ResourceClient<T> resource(ResourceType<T> type) {
        return new Resource<>(type);
    }

    @Override
    public ApiClient fencedBy(Fence fence) {
        return this;
    }

    @Override
    public ApiClient urgent(Duration attempt) {
        return this;
    }

    @Override
    public synchronized List<DiscoveredResource> discover() {
        return List.copyOf(discovered);
    }

    @Override
    public void close() {
        breakWatches();
    }

    private Map<ObjectKey, Stored> all(ResourceType<?> type) {
        return objects.computeIfAbsent(type.toString(), _ -> new TreeMap<>());
    }

    private final class Resource<T extends HasMetadata> implements ResourceClient<T> {
        private final ResourceType<T> type;

        Resource(ResourceType<T> type) {
            this.type = type;
        }

        @Override
        public ResourceType<T> type() {
            return type;
        }

        @Override
        public T get(ObjectKey key) {
            synchronized (FakeCluster.this) {
                return typed(present(key).tree());
            }
        }

        private Stored present(ObjectKey key) {
            Stored stored = all(type).get(key);
            if (stored == null) {
                throw refusal(404, "NotFound", type + " \"" + key.name() + "\" not found");
            }
            return stored;
        }

        @Override
        public ObjectList<T> list(ListOptions options) {
            synchronized (FakeCluster.this) {
                List<T> items = new ArrayList<>();
                for (Stored stored : all(type).values()) {
                    if (FakeTrees.selects(options, stored.tree())) {
                        items.add(typed(stored.tree()));
                    }
                }
                return new ObjectList<>(items, Long.toString(version));
            }
        }

        @Override
        public WatchStream<T> watch(WatchOptions options) {
            synchronized (FakeCluster.this) {
                FakeWatch<T> watch = new FakeWatch<>(type, options.selection(), FakeCluster.this::forget);
                String from = options.selection().resourceVersion();
                long start = from.isEmpty() || options.sendInitialEvents() ? version : Long.parseLong(from);
                if (start < oldest) {
                    watch.fail(refusal(410, "Expired", "too old resource version: " + start + " (" + oldest + ")"));
                    return watch;
                }
                if (options.sendInitialEvents()) {
                    all(type)
                            .values()
                            .forEach(stored -> watch.offer(new FakeWatch.Change(
                                    type.toString(), FakeWatch.Kind.ADDED, stored.tree(), null, stored.version())));
                    watch.bookmark(version);
                }
                changes.stream().filter(change -> change.version() > start).forEach(watch::offer);
                watches.add(watch);
                return watch;
            }
        }

        @Override
        public T create(T object) {
            synchronized (FakeCluster.this) {
                ObjectNode tree = tree(object);
                ObjectNode metadata = FakeTrees.metadata(tree);
                boolean generated = !metadata.hasNonNull("name");
                ObjectKey key;
                do {
                    if (generated) {
                        metadata.put("name", metadata.path("generateName").asText() + FakeTrees.suffix());
                    }
                    key = FakeTrees.key(tree);
                } while (generated && all(type).containsKey(key));
                act(new Action("create", type.toString(), key, ""), object);
                if (all(type).containsKey(key)) {
                    throw refusal(409, "AlreadyExists", type + " \"" + key.name() + "\" already exists");
                }
                metadata.put("uid", UUID.randomUUID().toString());
                if (!metadata.hasNonNull("creationTimestamp")) {
                    metadata.put("creationTimestamp", FakeTrees.now());
                }
                if (tree.has("spec")) {
                    metadata.put("generation", 1);
                }
                return typed(store(key, tree, FakeWatch.Kind.ADDED));
            }
        }

        @Override
        public T update(T object) {
            return replace("", object);
        }

        @Override
        public T updateStatus(T object) {
            return replace("status", object);
        }

        @Override
        public T put(ObjectKey key, String subresource, T object) {
            return replace(subresource, object);
        }

        private T replace(String subresource, T object) {
            synchronized (FakeCluster.this) {
                ObjectNode tree = tree(object);
                ObjectKey key = FakeTrees.key(tree);
                act(new Action("update", type.toString(), key, subresource), object);
                Stored before = present(key);
                String expected =
                        FakeTrees.metadata(tree).path("resourceVersion").asText();
                if (!expected.isEmpty() && !expected.equals(Long.toString(before.version()))) {
                    throw conflict(key);
                }
                return typed(write(key, subresource, before, tree));
            }
        }

        private ObjectNode write(ObjectKey key, String subresource, Stored before, ObjectNode tree) {
            ObjectNode next;
            if (subresource.equals("status")) {
                next = before.tree().deepCopy();
                next.set("status", tree.path("status").deepCopy());
                JsonNode annotations = tree.path("metadata").path("annotations");
                if (!annotations.isMissingNode()) {
                    FakeTrees.metadata(next).set("annotations", annotations.deepCopy());
                }
            } else {
                next = tree;
                JsonNode uid = before.tree().path("metadata").path("uid");
                FakeTrees.metadata(next).set("uid", uid);
                JsonNode spec = before.tree().path("spec");
                if (before.tree().has("status") && !next.has("status")) {
                    next.set("status", before.tree().path("status"));
                }
                long generation =
                        before.tree().path("metadata").path("generation").asLong();
                if (generation > 0) {
                    FakeTrees.metadata(next)
                            .put("generation", spec.equals(next.path("spec")) ? generation : generation + 1);
                }
            }
            boolean deleting = FakeTrees.metadata(next).hasNonNull("deletionTimestamp");
            if (deleting && FakeTrees.metadata(next).path("finalizers").isEmpty()) {
                return drop(key, next);
            }
            FakeTrees.metadata(next)
                    .put(
                            "resourceVersion",
                            before.tree()
                                    .path("metadata")
                                    .path("resourceVersion")
                                    .asText());
            if (next.equals(before.tree())) {
                return next;
            }
            return store(key, next, FakeWatch.Kind.MODIFIED);
        }

        @Override
        public T patch(ObjectKey key, Patch patch) {
            return patch(key, "", patch);
        }

        @Override
        public T patch(ObjectKey key, String subresource, Patch patch) {
            synchronized (FakeCluster.this) {
                act(new Action("patch", type.toString(), key, subresource), patch);
                Stored before = present(key);
                ObjectNode change = (ObjectNode) ObjectJson.read(patch.body(), JsonNode.class);
                JsonNode expected = change.path("metadata").path("resourceVersion");
                if (expected.isTextual() && !expected.asText().equals(Long.toString(before.version()))) {
                    throw conflict(key);
                }
                JsonNode uid = change.path("metadata").path("uid");
                if (uid.isTextual()
                        && !uid.equals(before.tree().path("metadata").path("uid"))) {
                    throw conflict(key);
                }
                ObjectNode tree = before.tree().deepCopy();
                FakeTrees.merge(tree, change);
                return typed(write(key, subresource, before, tree));
            }
        }

        private ApiException conflict(ObjectKey key) {
            return refusal(
                    409,
                    "Conflict",
                    "Operation cannot be fulfilled on " + type + " \"" + key.name()
                            + "\": the object has been modified; please apply your changes to the latest version and"
                            + " try again");
        }

        @Override
        public void delete(ObjectKey key) {
            delete(key, new DeleteOptions());
        }

        @Override
        public void delete(ObjectKey key, DeleteOptions options) {
            synchronized (FakeCluster.this) {
                act(new Action("delete", type.toString(), key, ""), options);
                Stored before = present(key);
                if (options.getPreconditions() != null
                        && options.getPreconditions().getUid() != null
                        && !options.getPreconditions()
                                .getUid()
                                .equals(before.tree()
                                        .path("metadata")
                                        .path("uid")
                                        .asText())) {
                    throw conflict(key);
                }
                ObjectNode tree = before.tree().deepCopy();
                if (FakeTrees.metadata(tree).path("finalizers").isEmpty()) {
                    drop(key, tree);
                } else if (!FakeTrees.metadata(tree).hasNonNull("deletionTimestamp")) {
                    FakeTrees.metadata(tree).put("deletionTimestamp", FakeTrees.now());
                    store(key, tree, FakeWatch.Kind.MODIFIED);
                }
            }
        }

        @Override
        public void deleteCollection(ListOptions options, DeleteOptions deleteOptions) {
            for (T object : list(options).items()) {
                delete(ObjectKey.of(object), deleteOptions);
            }
        }

        @Override
        public byte[] post(ObjectKey key, String subresource, Object body) {
            synchronized (FakeCluster.this) {
                act(new Action("create", type.toString(), key, subresource), body);
                if (subresource.equals("binding")) {
                    Stored before = present(key);
                    ObjectNode tree = before.tree().deepCopy();
                    JsonNode binding = ObjectJson.mapper().valueToTree(body);
                    tree.withObjectProperty("spec")
                            .set("nodeName", binding.path("target").path("name"));
                    store(key, tree, FakeWatch.Kind.MODIFIED);
                }
                return ObjectJson.write(Map.of("kind", "Status", "apiVersion", "v1", "status", "Success"));
            }
        }

        private ObjectNode store(ObjectKey key, ObjectNode tree, FakeWatch.Kind kind) {
            version++;
            FakeTrees.metadata(tree).put("resourceVersion", Long.toString(version));
            Stored before = all(type).put(key, new Stored(tree, version));
            announce(new FakeWatch.Change(type.toString(), kind, tree, before == null ? null : before.tree(), version));
            return tree;
        }

        private ObjectNode drop(ObjectKey key, ObjectNode tree) {
            version++;
            all(type).remove(key);
            FakeTrees.metadata(tree).put("resourceVersion", Long.toString(version));
            announce(new FakeWatch.Change(type.toString(), FakeWatch.Kind.DELETED, tree, tree, version));
            return tree;
        }

        private ObjectNode tree(T object) {
            ObjectNode tree = ObjectJson.mapper().valueToTree(object);
            tree.put("apiVersion", type.apiVersion());
            tree.put("kind", type.kind());
            return tree;
        }

        private T typed(JsonNode tree) {
            return ObjectJson.read(ObjectJson.write(tree), type.objectClass());
        }
    }

    private void act(Action action, Object body) {
        if (reaction != null) {
            reaction.accept(action, body);
        }
        actions.add(action);
    }

    private synchronized void forget(FakeWatch<?> watch) {
        watches.remove(watch);
    }

    private void announce(FakeWatch.Change change) {
        changes.add(change);
        watches.forEach(watch -> watch.offer(change));
    }
}
