package io.flotilla.apiserver.cache;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * One open watch. The cache queues what it may see and calls {@code wake} when there is something after there was
 * nothing; its transport takes frames as fast as its client reads them. A watch whose client is too slow ends.
 *
 * @param <F> frames of its form
 */
public final class Watcher<F> {
    private static final int MAX_QUEUED = 8_192;

    private final Selection selection;
    private final WatchForm<F> form;
    private final boolean bookmarks;
    private final long after;
    private final Runnable wake;
    private final Optional<FrameMaker<F>> ahead;
    private final Runnable onClose;

    // Guarded by this.
    private Iterator<CachedObject> initial = Collections.emptyIterator();
    private boolean initialEnd;
    private Runnable onInitialEnd = () -> {};
    private long initialRevision;
    private final Deque<Queued> queue = new ArrayDeque<>();
    private boolean awake;
    private End end = End.OPEN;

    private sealed interface Queued {
        record Present(CachedObject object) implements Queued {}

        record InitialEnd() implements Queued {}

        record Event(CacheEvent event, WatchEventType type) implements Queued {}

        record Bookmark(long revision) implements Queued {}
    }

    /** Whether and why a watch has ended. */
    public enum End {
        OPEN,
        /** By its transport or because the server stops or reloads: the client watches on from where it is. */
        CLOSED,
        /** Its client did not keep up. */
        TOO_SLOW
    }

    /** @param after revision that the client has seen, which may be ahead of the cache: nothing up to it is told */
    Watcher(Selection selection, WatchForm<F> form, boolean bookmarks, long after, Runnable wake, Runnable onClose) {
        this.selection = selection;
        this.form = form;
        this.bookmarks = bookmarks;
        this.after = after;
        this.onClose = onClose;
        this.ahead = form.asks() ? Optional.of(new FrameMaker<>(this::make, wake)) : Optional.empty();
        this.wake = ahead.isPresent() ? ahead.get()::prompt : wake;
    }

    Selection selection() {
        return selection;
    }

    /** Tells the present objects first; the frame after them marks their end if asked for. */
    synchronized void begin(Snapshot snapshot, Iterator<CachedObject> objects, boolean markEnd) {
        initial = objects;
        initialEnd = markEnd;
        initialRevision = snapshot.revision();
    }

    /** Is told, once and without delay, when the frame that marks the end of the present objects is taken. */
    public synchronized void onInitialEnd(Runnable listener) {
        onInitialEnd = listener;
    }

    /** Queues an event if the selection can see it; returns whether the owner must be woken. */
    boolean offer(CacheEvent event) {
        if (event.revision() <= after) {
            return false;
        }
        Optional<WatchEventType> type = event.as(selection);
        return type.isPresent() && enqueue(new Queued.Event(event, type.get()));
    }

    boolean offerBookmark(long revision) {
        return bookmarks && revision >= after && enqueue(new Queued.Bookmark(revision));
    }

    private synchronized boolean enqueue(Queued item) {
        if (end != End.OPEN) {
            return false;
        }
        if (queue.size() >= MAX_QUEUED) {
            queue.clear();
            end = End.TOO_SLOW;
        } else {
            queue.addLast(item);
        }
        boolean asleep = !awake;
        awake = true;
        return asleep;
    }

    void wake() {
        wake.run();
    }

    /**
     * Takes the next frame. When there is none, {@code wake} will be called for the next, unless the watch has ended: see
     * {@link #end}.
     */
    public Optional<F> next() {
        return ahead.isPresent() ? ahead.get().next() : take();
    }

    /** As {@link #take}; what cannot be framed ends the watch. */
    private Optional<F> make() {
        try {
            return take();
        } catch (RuntimeException e) {
            close();
            return form.failure(e);
        }
    }

    private Optional<F> take() {
        Optional<Queued> item = poll();
        return item.map(queued -> switch (queued) {
            case Queued.Present(CachedObject object) -> form.frame(WatchEventType.ADDED, object);
            case Queued.InitialEnd _ -> form.bookmark(initialRevision, true);
            case Queued.Event(CacheEvent event, WatchEventType type) -> event.frame(form, type);
            case Queued.Bookmark(long revision) -> form.bookmark(revision, false);
        });
    }

    private synchronized Optional<Queued> poll() {
        while (initial.hasNext() && end == End.OPEN) {
            CachedObject object = initial.next();
            if (selection.matches(object)) {
                return Optional.of(new Queued.Present(object));
            }
        }
        if (initialEnd && end == End.OPEN) {
            initialEnd = false;
            onInitialEnd.run();
            return Optional.of(new Queued.InitialEnd());
        }
        Optional<Queued> head = Optional.ofNullable(queue.pollFirst());
        if (head.isEmpty()) {
            awake = false;
        }
        return head;
    }

    /** Whether the watch has ended; frames queued before may remain. */
    public End end() {
        return ahead.isPresent() && !ahead.get().isIdle() ? End.OPEN : ended();
    }

    private synchronized End ended() {
        return end;
    }

    /** Ends the watch from the transport's side: no frame follows, and it is no longer woken. */
    public void close() {
        synchronized (this) {
            queue.clear();
            initial = Collections.emptyIterator();
            initialEnd = false;
            if (end == End.OPEN) {
                end = End.CLOSED;
            }
        }
        onClose.run();
    }

    /** Ends the watch from the cache's side, after what is queued. */
    void finish() {
        boolean asleep;
        synchronized (this) {
            if (end == End.OPEN) {
                end = End.CLOSED;
            }
            asleep = !awake;
            awake = true;
        }
        if (asleep) {
            wake.run();
        }
    }
}
