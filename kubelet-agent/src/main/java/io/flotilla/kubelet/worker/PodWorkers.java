package io.flotilla.kubelet.worker;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.flotilla.kubelet.admission.Admission;
import io.flotilla.kubelet.cri.CriLabels;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.probe.PodProbes;
import io.flotilla.machinery.informer.EventHandler;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workers of the node's pods, by UID. It hears of pods from an informer, and sorts out what a restart left behind. */
public final class PodWorkers implements EventHandler<Pod> {
    private static final Logger LOG = LoggerFactory.getLogger(PodWorkers.class);

    private final WorkerTools tools;
    private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
    private final Object admitting = new Object();
    private final Set<String> admitted = new HashSet<>(); // guarded by admitting

    public PodWorkers(WorkerTools tools) {
        this.tools = tools;
    }

    @Override
    public void onAdd(Pod pod) {
        worker(pod).wake();
    }

    @Override
    public void onUpdate(Pod before, Pod now) {
        tools.statusManager().observed(now);
        worker(now).update(now);
    }

    @Override
    public void onDelete(Pod last) {
        PodWorker worker = workers.get(PodSpecs.uid(last));
        if (worker != null) {
            worker.remove(last);
        }
    }

    /** Something of this pod may have changed in the runtime, or in what it refers to. */
    public void wake(String uid) {
        PodWorker worker = workers.get(uid);
        if (worker != null) {
            worker.wake();
        }
    }

    public void wakeAll() {
        workers.values().forEach(PodWorker::wake);
    }

    /** Returns the pods that have a worker. */
    public Collection<Pod> pods() {
        return workers.values().stream().map(PodWorker::pod).toList();
    }

    private PodWorker worker(Pod pod) {
        String uid = PodSpecs.uid(pod);
        return workers.computeIfAbsent(uid, _ -> {
            PodProbes probes = new PodProbes(tools.probes(), () -> wake(uid));
            return new PodWorker(
                    pod, new PodSync(tools, probes, this::admit), tools.timers(), tools.steps(), () -> finished(uid));
        });
    }

    private void finished(String uid) {
        workers.remove(uid);
        synchronized (admitting) {
            admitted.remove(uid);
        }
    }

    /** Pods are admitted one by one, so that two do not both take the last room. */
    private Optional<Admission.Refusal> admit(Pod pod) {
        synchronized (admitting) {
            List<Pod> others = workers.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals(PodSpecs.uid(pod))
                            && (entry.getValue().counts() || admitted.contains(entry.getKey())))
                    .map(entry -> entry.getValue().pod())
                    .filter(other -> other.getStatus() == null
                            || !("Succeeded".equals(other.getStatus().getPhase())
                                    || "Failed".equals(other.getStatus().getPhase())))
                    .toList();
            Optional<Admission.Refusal> refusal = tools.admission().check(pod, others);
            if (refusal.isEmpty()) {
                admitted.add(PodSpecs.uid(pod));
            }
            return refusal;
        }
    }

    /**
     * Stops and removes what runs of pods that were deleted while the agent was not there. Call it once the informer has
     * synced: what it does not know is gone.
     */
    public void removeOrphans() {
        Map<String, Map<String, String>> found = new HashMap<>();
        tools.cri()
                .sandboxes(Map.of())
                .forEach(sandbox ->
                        found.put(sandbox.getLabelsOrDefault(CriLabels.POD_UID, ""), sandbox.getLabelsMap()));
        tools.cri()
                .containers(Map.of())
                .forEach(container -> found.putIfAbsent(
                        container.getLabelsOrDefault(CriLabels.POD_UID, ""), container.getLabelsMap()));
        found.forEach((uid, labels) -> {
            if (!uid.isEmpty() && !workers.containsKey(uid)) {
                LOG.info("Pod {} is gone from the API; what runs of it is stopped", uid);
                Pod pod = stub(uid, labels);
                worker(pod).remove(pod);
            }
        });
        for (String uid : tools.volumes().present()) {
            if (!workers.containsKey(uid)) {
                tools.volumes().remove(uid);
            }
        }
    }

    private static Pod stub(String uid, Map<String, String> labels) {
        return new PodBuilder()
                .withMetadata(new ObjectMetaBuilder()
                        .withUid(uid)
                        .withName(labels.getOrDefault(CriLabels.POD_NAME, ""))
                        .withNamespace(labels.getOrDefault(CriLabels.POD_NAMESPACE, ""))
                        .build())
                .withNewSpec()
                .endSpec()
                .build();
    }
}
