package io.flotilla.scheduler.cycle;

import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.scheduler.object.PodInfo;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the PodScheduled condition of pods that found no node, beside the scheduling cycle and one at a time; of several
 * for one pod only the last is written.
 */
final class PodStatusWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodStatusWriter.class);

    private record Task(PodInfo pod, String reason, String message, String nominatedNode) {}

    private final Supplier<ApiClient> client;
    private final Clock clock;
    private final SequencedMap<String, Task> tasks = new LinkedHashMap<>(); // guarded by this
    private @Nullable Thread thread; // guarded by this

    PodStatusWriter(Supplier<ApiClient> client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    synchronized void start() {
        thread = Thread.ofVirtual().name("pod-status").start(this::run);
    }

    /** Has the condition written, unless the pod has it already. */
    void unscheduled(PodInfo pod, String reason, String message, String nominatedNode) {
        Optional<PodInfo.Condition> present = pod.scheduledCondition();
        boolean same = present.isPresent()
                && present.get().status().equals("False")
                && present.get().reason().equals(reason)
                && present.get().message().equals(message);
        if (same && nominatedNode.equals(pod.nominatedNodeName())) {
            return;
        }
        synchronized (this) {
            tasks.remove(pod.uid());
            tasks.put(pod.uid(), new Task(pod, reason, message, nominatedNode));
            notifyAll();
        }
    }

    private synchronized Task take() throws InterruptedException {
        while (tasks.isEmpty()) {
            wait();
        }
        return tasks.pollFirstEntry().getValue();
    }

    private void run() {
        try {
            while (true) {
                Task task = take();
                try {
                    client.get().resource(PodInfo.TYPE).patch(task.pod().key(), "status", patch(task));
                } catch (ApiException e) {
                    LOG.debug("Status of pod {} was not written: {}", task.pod(), e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Patch patch(Task task) {
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "PodScheduled");
        condition.put("status", "False");
        condition.put("reason", task.reason());
        condition.put("message", task.message());
        condition.put("lastTransitionTime", since(task.pod()));
        if (task.pod().generation() > 0) {
            condition.put("observedGeneration", task.pod().generation());
        }
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("conditions", List.of(condition));
        if (!task.nominatedNode().isEmpty()) {
            status.put("nominatedNodeName", task.nominatedNode());
        }
        return Patch.strategicMerge(Map.of("metadata", Map.of("uid", task.pod().uid()), "status", status));
    }

    private String since(PodInfo pod) {
        return pod.scheduledCondition()
                .filter(condition -> condition.status().equals("False")
                        && !condition.lastTransitionTime().isEmpty())
                .map(PodInfo.Condition::lastTransitionTime)
                .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    @Override
    public synchronized void close() {
        tasks.clear();
        if (thread != null) {
            thread.interrupt();
        }
    }
}
