package io.flotilla.machinery.event;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes core/v1 Events, one at a time on a thread of its own. As client-go does: a repeated event raises the count of
 * the first, more than ten alike within ten minutes are combined, and one object may earn 25 events at once and then one
 * every five minutes.
 */
public final class ApiEventRecorder implements EventRecorder, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiEventRecorder.class);
    private static final int WAITING = 1000;
    private static final int REMEMBERED = 4096;
    private static final int ALIKE = 10;
    private static final Duration ALIKE_WITHIN = Duration.ofMinutes(10);
    private static final double BURST = 25;
    private static final double PER_SECOND = 1.0 / 300;

    private record Occurrence(ObjectReference regarding, String type, String reason, String message, Instant at) {}

    private record Alike(String source, ObjectReference regarding, String type, String reason) {}

    private record Same(Alike alike, String message) {}

    private static final class Written {
        String name = "";
        int count;
    }

    private static final class Group {
        final Set<String> messages = new LinkedHashSet<>();
        Instant last = Instant.EPOCH;
    }

    private static final class Bucket {
        double tokens = BURST;
        Instant filled = Instant.EPOCH;
    }

    private final ResourceClient<Event> events;
    private final String component;
    private final String host;
    private final Clock clock;
    private final BlockingQueue<Occurrence> waiting = new LinkedBlockingQueue<>(WAITING);
    // The four below are touched by the writing thread only.
    private final Map<Same, Written> written = new Remembered<>();
    private final Map<Alike, Group> groups = new Remembered<>();
    private final Map<ObjectReference, Bucket> buckets = new Remembered<>();
    private long lastNamed;
    private @Nullable Thread thread; // guarded by this

    /** A map that forgets what was used longest ago. */
    private static final class Remembered<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        Remembered() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > REMEMBERED;
        }
    }

    /**
     * Makes a recorder that writes nothing before it has started.
     *
     * @param component {@code source.component} and reportingComponent of the events
     * @param host {@code source.host}, empty but for node agents
     */
    public ApiEventRecorder(ResourceClient<Event> events, String component, String host, Clock clock) {
        this.events = events;
        this.component = component;
        this.host = host;
        this.clock = clock;
    }

    public synchronized void start() {
        thread = Thread.ofVirtual().name("events").start(this::run);
    }

    @Override
    public void normal(ObjectReference regarding, String reason, String message) {
        offer(regarding, "Normal", reason, message);
    }

    @Override
    public void warning(ObjectReference regarding, String reason, String message) {
        offer(regarding, "Warning", reason, message);
    }

    private void offer(ObjectReference regarding, String type, String reason, String message) {
        if (!waiting.offer(new Occurrence(regarding, type, reason, message, clock.instant()))) {
            LOG.debug("Too many events at once; lost {} of {}", reason, regarding.getName());
        }
    }

    private void run() {
        try {
            while (true) {
                Occurrence occurrence = waiting.take();
                try {
                    write(occurrence);
                } catch (RuntimeException e) {
                    LOG.debug("Event {} was not written: {}", occurrence.reason(), e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Occurrence occurrence) {
        Alike alike = new Alike(component, subject(occurrence), occurrence.type(), occurrence.reason());
        String message = combined(alike, occurrence);
        if (!mayWrite(occurrence)) {
            return;
        }
        Written seen = written.computeIfAbsent(new Same(alike, message), _ -> new Written());
        if (seen.count > 0 && raise(occurrence, seen, message)) {
            return;
        }
        seen.count = 1;
        seen.name = events.create(event(occurrence, message)).getMetadata().getName();
    }

    private String combined(Alike alike, Occurrence occurrence) {
        Group group = groups.computeIfAbsent(alike, _ -> new Group());
        if (Duration.between(group.last, occurrence.at()).compareTo(ALIKE_WITHIN) > 0) {
            group.messages.clear();
        }
        group.last = occurrence.at();
        group.messages.add(occurrence.message());
        if (group.messages.size() < ALIKE) {
            return occurrence.message();
        }
        group.messages.remove(group.messages.iterator().next());
        return "(combined from similar events): " + occurrence.message();
    }

    private boolean mayWrite(Occurrence occurrence) {
        Bucket bucket = buckets.computeIfAbsent(subject(occurrence), _ -> new Bucket());
        double earned = bucket.filled.equals(Instant.EPOCH)
                ? 0
                : Duration.between(bucket.filled, occurrence.at()).toNanos() / 1e9 * PER_SECOND;
        bucket.tokens = Math.min(BURST, bucket.tokens + earned);
        bucket.filled = occurrence.at();
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }

    private boolean raise(Occurrence occurrence, Written seen, String message) {
        try {
            events.patch(
                    new ObjectKey(namespace(occurrence), seen.name),
                    Patch.strategicMerge(Map.of(
                            "count", seen.count + 1, "message", message, "lastTimestamp", stamp(occurrence.at()))));
            seen.count++;
            return true;
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return false;
            }
            throw e;
        }
    }

    private Event event(Occurrence occurrence, String message) {
        ObjectReference regarding = occurrence.regarding();
        String at = stamp(occurrence.at());
        // A clock may say the same twice; the names of two events must differ all the same.
        lastNamed = Math.max(nanos(occurrence.at()), lastNamed + 1);
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace(occurrence))
                .withName(regarding.getName() + "." + Long.toHexString(lastNamed))
                .endMetadata()
                .withInvolvedObject(regarding)
                .withType(occurrence.type())
                .withReason(occurrence.reason())
                .withMessage(message)
                .withFirstTimestamp(at)
                .withLastTimestamp(at)
                .withCount(1)
                .withNewSource(component, host.isEmpty() ? null : host)
                .withReportingComponent(component)
                .withReportingInstance(host)
                .build();
    }

    /** Returns what the event is about at whatever version: an object that changes between two events is the same. */
    private static ObjectReference subject(Occurrence occurrence) {
        return new ObjectReferenceBuilder(occurrence.regarding())
                .withResourceVersion(null)
                .build();
    }

    private static String namespace(Occurrence occurrence) {
        String namespace = occurrence.regarding().getNamespace();
        return namespace == null || namespace.isEmpty() ? "default" : namespace;
    }

    private static String stamp(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static long nanos(Instant at) {
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000_000L), at.getNano());
    }

    @Override
    public synchronized void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
