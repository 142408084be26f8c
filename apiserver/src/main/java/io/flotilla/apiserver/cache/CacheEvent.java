package io.flotilla.apiserver.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A change of one object, told to every watch of its resource. Frames are built once for all watches of the same form.
 */
public final class CacheEvent {
    private final long revision;
    private final Optional<CachedObject> current;
    private final Optional<CachedObject> previous;
    private final Object asking = new Object();
    private Optional<CachedObject> gone = Optional.empty();
    private List<Built> built = List.of();

    private record Built(WatchForm<?> form, WatchEventType type, Object frame) {}

    CacheEvent(long revision, Optional<CachedObject> current, Optional<CachedObject> previous) {
        this.revision = revision;
        this.current = current;
        this.previous = previous;
    }

    public long revision() {
        return revision;
    }

    Optional<CachedObject> current() {
        return current;
    }

    Optional<CachedObject> previous() {
        return previous;
    }

    String key() {
        return current.or(() -> previous).orElseThrow().key();
    }

    /** What the change is to someone who sees only the selection; empty if they cannot see it. */
    Optional<WatchEventType> as(Selection selection) {
        boolean now = current.isPresent() && selection.matches(current.get());
        boolean before = previous.isPresent() && selection.matches(previous.get());
        if (now) {
            return Optional.of(before ? WatchEventType.MODIFIED : WatchEventType.ADDED);
        }
        return before ? Optional.of(WatchEventType.DELETED) : Optional.empty();
    }

    /** The object as an event of the type tells it: what has gone is told as it last was, at this revision. */
    private synchronized CachedObject told(WatchEventType type) {
        if (type != WatchEventType.DELETED) {
            return current.orElseThrow();
        }
        if (gone.isEmpty()) {
            gone = Optional.of(previous.orElseThrow().at(revision));
        }
        return gone.get();
    }

    <F> F frame(WatchForm<F> form, WatchEventType type) {
        // Whoever waits for an answer keeps nobody waiting whose frames need none.
        synchronized (form.asks() ? asking : this) {
            return find(form, type).orElseGet(() -> keep(form, type, form.frame(type, told(type))));
        }
    }

    @SuppressWarnings("ReferenceEquality") // forms are shared instances: being the same one is what counts
    private synchronized <F> Optional<F> find(WatchForm<F> form, WatchEventType type) {
        for (Built each : built) {
            if (each.form() == form && each.type() == type) {
                return Optional.of(form.cast(each.frame()));
            }
        }
        return Optional.empty();
    }

    private synchronized <F> F keep(WatchForm<F> form, WatchEventType type, F frame) {
        List<Built> more = new ArrayList<>(built);
        more.add(new Built(form, type, frame));
        built = more;
        return frame;
    }

    /** Approximate memory that keeping the event costs. */
    int size() {
        return current.or(() -> previous).map(object -> object.json().length).orElse(0) + 512;
    }
}
