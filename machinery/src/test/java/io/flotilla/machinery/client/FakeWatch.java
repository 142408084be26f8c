package io.flotilla.machinery.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.scheme.ResourceType;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A watch on a {@link FakeCluster}: the changes of one resource, as far as they are selected. */
final class FakeWatch<T extends HasMetadata> implements WatchStream<T> {
    record Change(
            String resource,
            Kind kind,
            ObjectNode tree,
            @Nullable ObjectNode before,
            long version) {}

    enum Kind {
        ADDED,
        MODIFIED,
        DELETED
    }

    private final ResourceType<T> type;
    private final ListOptions selection;
    private final Consumer<FakeWatch<?>> closed;
    private final LinkedBlockingQueue<Object> queue = new LinkedBlockingQueue<>();

    private enum Signal {
        END
    }

    FakeWatch(ResourceType<T> type, ListOptions selection, Consumer<FakeWatch<?>> closed) {
        this.type = type;
        this.selection = selection;
        this.closed = closed;
    }

    void offer(Change change) {
        if (!change.resource().equals(type.toString())) {
            return;
        }
        boolean selected = FakeTrees.selects(selection, change.tree());
        boolean wasSelected = change.before() != null && FakeTrees.selects(selection, change.before());
        if (!selected && !wasSelected) {
            return;
        }
        T object = ObjectJson.read(ObjectJson.write(change.tree()), type.objectClass());
        // Leaving or entering the selection looks like a deletion or creation.
        Kind kind = change.kind() == Kind.MODIFIED && selected != wasSelected
                ? selected ? Kind.ADDED : Kind.DELETED
                : change.kind();
        queue.add(
                switch (kind) {
                    case ADDED -> new WatchEvent.Added<>(object);
                    case MODIFIED -> new WatchEvent.Modified<>(object);
                    case DELETED -> new WatchEvent.Deleted<>(object);
                });
    }

    void bookmark(long at) {
        queue.add(new WatchEvent.Bookmark<T>(Long.toString(at), true));
    }

    void fail(ApiException failure) {
        queue.add(failure);
    }

    @Override
    public Optional<WatchEvent<T>> next() throws InterruptedException {
        Object next = queue.take();
        if (next == Signal.END) {
            queue.add(Signal.END);
            return Optional.empty();
        }
        if (next instanceof ApiException failure) {
            queue.add(Signal.END);
            throw failure;
        }
        @SuppressWarnings("unchecked") // only offer and bookmark add events
        WatchEvent<T> event = (WatchEvent<T>) next;
        return Optional.of(event);
    }

    @Override
    public void close() {
        closed.accept(this);
        queue.add(Signal.END);
    }
}
