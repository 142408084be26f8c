package io.flotilla.kubelet.runtime.sim;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.RuntimeFault.Kind;
import io.flotilla.kubelet.runtime.sim.Journal.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Simulated sandboxes and containers in memory, each change written to the journal before it is seen. */
final class SimStore implements AutoCloseable {

    private final Map<String, SimPod> pods = new ConcurrentHashMap<>();
    private final Map<String, SimContainer> containers = new ConcurrentHashMap<>();
    private final Journal journal;

    /** Reads the journal and begins it anew with what is still there. */
    SimStore(Path file) throws IOException {
        Journal.read(file).forEach(this::replay);
        journal = Journal.rewrite(file, snapshot());
    }

    private void replay(Entry entry) {
        switch (entry) {
            case Entry.Pod pod ->
                pods.put(pod.id(), new SimPod(pod.id(), pod.config(), pod.address(), pod.createdAt()));
            case Entry.PodStopped(String id) -> findPod(id).ifPresent(SimPod::stop);
            case Entry.PodRemoved(String id) -> pods.remove(id);
            case Entry.Made made ->
                findPod(made.podId())
                        .ifPresent(pod -> put(new SimContainer(made.id(), pod, made.config(), made.createdAt())));
            case Entry.Started(String id, java.time.Instant at) -> find(id).ifPresent(one -> one.started(at));
            case Entry.Ended(String id, SimContainer.End end) -> find(id).ifPresent(one -> one.end(end));
            case Entry.Removed(String id) -> find(id).ifPresent(this::drop);
        }
    }

    private List<Entry> snapshot() {
        List<Entry> entries = new ArrayList<>();
        for (SimPod pod : pods.values()) {
            entries.add(new Entry.Pod(pod.id(), pod.createdAt(), pod.address(), pod.bytes()));
            if (!pod.ready()) {
                entries.add(new Entry.PodStopped(pod.id()));
            }
        }
        for (SimContainer one : containers.values()) {
            entries.add(new Entry.Made(one.id(), one.createdAt(), one.pod().id(), one.bytes()));
            one.startedAt().ifPresent(at -> entries.add(new Entry.Started(one.id(), at)));
            one.end().ifPresent(end -> entries.add(new Entry.Ended(one.id(), end)));
        }
        return entries;
    }

    void add(SimPod pod) {
        journal.append(new Entry.Pod(pod.id(), pod.createdAt(), pod.address(), pod.bytes()));
        pods.put(pod.id(), pod);
    }

    void stopped(SimPod pod) {
        journal.append(new Entry.PodStopped(pod.id()));
        pod.stop();
    }

    void remove(SimPod pod) {
        journal.append(new Entry.PodRemoved(pod.id()));
        pods.remove(pod.id());
    }

    void add(SimContainer container) {
        journal.append(new Entry.Made(
                container.id(), container.createdAt(), container.pod().id(), container.bytes()));
        put(container);
    }

    private void put(SimContainer container) {
        containers.put(container.id(), container);
        container.pod().containers().add(container);
    }

    private void drop(SimContainer container) {
        containers.remove(container.id());
        container.pod().containers().remove(container);
    }

    void started(SimContainer container, java.time.Instant at) {
        journal.append(new Entry.Started(container.id(), at));
        container.started(at);
    }

    /** Ends the container unless it has ended. */
    boolean ended(SimContainer container, SimContainer.End end) {
        if (!container.end(end)) {
            return false;
        }
        journal.append(new Entry.Ended(container.id(), end));
        return true;
    }

    void remove(SimContainer container) {
        journal.append(new Entry.Removed(container.id()));
        drop(container);
    }

    Optional<SimPod> findPod(String id) {
        return Optional.ofNullable(pods.get(id));
    }

    SimPod pod(String id) {
        return findPod(id).orElseThrow(() -> new RuntimeFault(Kind.NOT_FOUND, "sandbox \"" + id + "\" not found"));
    }

    Optional<SimContainer> find(String id) {
        return Optional.ofNullable(containers.get(id));
    }

    SimContainer container(String id) {
        return find(id).orElseThrow(() -> new RuntimeFault(Kind.NOT_FOUND, "container \"" + id + "\" not found"));
    }

    List<SimPod> pods() {
        return List.copyOf(pods.values());
    }

    List<SimContainer> containers() {
        return List.copyOf(containers.values());
    }

    List<SimContainer> of(SimPod pod) {
        return List.copyOf(pod.containers());
    }

    @Override
    public void close() {
        journal.close();
    }
}
