package io.flotilla.machinery.event;

import io.fabric8.kubernetes.api.model.ObjectReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An event recorder for unit tests that keeps what it is told, as {@code Type Reason message}. */
public final class RecordedEvents implements EventRecorder {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    public List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void normal(ObjectReference regarding, String reason, String message) {
        lines.add("Normal " + reason + " " + message);
    }

    @Override
    public void warning(ObjectReference regarding, String reason, String message) {
        lines.add("Warning " + reason + " " + message);
    }
}
