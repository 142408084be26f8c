package io.flotilla.kubelet;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.flotilla.kubelet.cri.ContainerNews;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.node.NodeReporter;
import io.flotilla.kubelet.reference.WatchedReferences;
import io.flotilla.kubelet.worker.PodWorkers;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the node's pods and the workers together, in the order that matters: no pod is looked at before the node, the
 * services and all pods are known, so that nothing is refused, started without its variables or taken for an orphan by
 * mistake.
 */
final class Agent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    private final String podCidr;
    private final Cri cri;
    private final Informers informers;
    private final Informer<Pod> pods;
    private final Informer<Node> node;
    private final NodeReporter reporter;
    private final PodWorkers workers;
    private final WatchedReferences references;
    private final ContainerNews news;
    private volatile boolean running;
    private @Nullable Thread beginning; // guarded by this

    Agent(
            String podCidr,
            Cri cri,
            Informers informers,
            Informer<Pod> pods,
            Informer<Node> node,
            NodeReporter reporter,
            PodWorkers workers,
            WatchedReferences references,
            ContainerNews news) {
        this.podCidr = podCidr;
        this.cri = cri;
        this.informers = informers;
        this.pods = pods;
        this.node = node;
        this.reporter = reporter;
        this.workers = workers;
        this.references = references;
        this.news = news;
    }

    /** Starts to run pods as soon as the API servers answer; returns at once. */
    synchronized void start() {
        if (!podCidr.isEmpty()) {
            cri.setPodCidr(podCidr);
        }
        informers.start();
        beginning = Thread.ofVirtual().name("agent").start(this::begin);
    }

    private void begin() {
        try {
            informers.awaitSynced();
            while (node.lister().list().isEmpty()) {
                Thread.sleep(20);
            }
            learnSandboxes();
            node.addHandler(new NodeChanges());
            pods.addHandler(workers);
            removeOrphans();
            news.start();
            running = true;
            LOG.info("Runs pods");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void learnSandboxes() {
        try {
            cri.learnSandboxes();
        } catch (CriException e) {
            LOG.warn("The runtime could not be listed; sandboxes are looked for one by one: {}", e.getMessage());
        }
    }

    private void removeOrphans() {
        try {
            workers.removeOrphans();
        } catch (CriException e) {
            LOG.warn("What an earlier run left behind could not be looked at: {}", e.getMessage());
        }
    }

    /** Returns why the agent is not ready, if it is not. */
    Optional<String> problem() {
        return running
                ? Optional.empty()
                : Optional.of("the node is not registered yet, or its pods are not known yet");
    }

    PodWorkers workers() {
        return workers;
    }

    private final class NodeChanges implements EventHandler<Node> {
        @Override
        public void onAdd(Node object) {
            reporter.observed(object);
        }

        @Override
        public void onUpdate(Node before, Node now) {
            reporter.observed(now);
        }

        @Override
        public void onDelete(Node last) {
            LOG.warn("The node object has been deleted; the kubelet registers only when it starts");
        }
    }

    @Override
    public synchronized void close() {
        if (beginning != null) {
            beginning.interrupt();
        }
        news.close();
        informers.close();
        references.close();
    }
}
