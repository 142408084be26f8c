package io.flotilla.kubelet.worker;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.flotilla.kubelet.admission.NodeAdmission;
import io.flotilla.kubelet.backoff.CrashBackoff;
import io.flotilla.kubelet.container.ContainerConfigs;
import io.flotilla.kubelet.container.ContainerKiller;
import io.flotilla.kubelet.container.ContainerStarter;
import io.flotilla.kubelet.container.Hooks;
import io.flotilla.kubelet.container.PodDirectories;
import io.flotilla.kubelet.container.SandboxConfigs;
import io.flotilla.kubelet.cri.ContainerNews;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.FakeCri;
import io.flotilla.kubelet.env.DownwardApi;
import io.flotilla.kubelet.env.Environment;
import io.flotilla.kubelet.image.ImageManager;
import io.flotilla.kubelet.probe.NetworkProber;
import io.flotilla.kubelet.probe.PodProbes;
import io.flotilla.kubelet.reference.WatchedReferences;
import io.flotilla.kubelet.status.PodStatuses;
import io.flotilla.kubelet.status.StatusManager;
import io.flotilla.kubelet.time.TestClock;
import io.flotilla.kubelet.timer.ThreadTimers;
import io.flotilla.kubelet.volume.MemoryMounts;
import io.flotilla.kubelet.volume.VolumeManager;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.RecordedEvents;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * A node's workers between an API in memory and a runtime in memory; the agent can stop and start again. Time stands still
 * unless it is moved: no back-off ends while it is looked at.
 */
final class WorkerFixture implements AutoCloseable {
    static final String NODE = "node-1";

    private final Path root;
    private final FakeCluster cluster = new FakeCluster();
    private final TestClock clock = new TestClock();
    private final FakeCri runtime = new FakeCri(clock);
    private final RecordedEvents events = new RecordedEvents();
    private final ResourceClient<Pod> pods = cluster.resource(ResourceTypes.PODS);
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    WorkerFixture(Path root) {
        this.root = root;
    }

    static WorkerFixture none() {
        return new WorkerFixture(Path.of(""));
    }

    FakeCri runtime() {
        return runtime;
    }

    TestClock clock() {
        return clock;
    }

    List<String> events() {
        return events.lines();
    }

    void start() {
        startAgent();
    }

    private static Node node() {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(NODE)
                .endMetadata()
                .withNewStatus()
                .withAllocatable(
                        Map.of("cpu", new Quantity("4"), "memory", new Quantity("8Gi"), "pods", new Quantity("110")))
                .endStatus()
                .build();
    }

    void startAgent() {
        Cri cri = new Cri(runtime.channel());
        Informers informers = new Informers(cluster);
        Informer<Pod> watched =
                informers.of(ResourceTypes.PODS, ListOptions.ALL.withFieldSelector("spec.nodeName=" + NODE));
        Informer<Service> services = informers.of(ResourceTypes.SERVICES);
        PodDirectories directories = new PodDirectories(root);
        SandboxConfigs sandboxes = new SandboxConfigs(NODE, List.of(), "cluster.local", directories);
        AtomicReference<PodWorkers> made = new AtomicReference<>();
        WatchedReferences references = new WatchedReferences(
                cluster, uid -> Optional.ofNullable(made.get()).ifPresent(w -> w.wake(uid)));
        CrashBackoff backoff = new CrashBackoff(clock);
        ImageManager images = new ImageManager(cri, references, events, backoff, clock);
        Hooks hooks = new Hooks(cri);
        ContainerKiller killer = new ContainerKiller(cri, hooks, events);
        DownwardApi downwardApi = new DownwardApi("127.0.0.1", Map.of());
        ContainerConfigs configs = new ContainerConfigs(
                new Environment(references, services.lister(), downwardApi),
                directories,
                sandboxes,
                8L << 30,
                false,
                new SplittableRandom(1));
        StatusManager statuses = new StatusManager(pods);
        ThreadTimers timers = new ThreadTimers();
        ExecutorService steps = Executors.newVirtualThreadPerTaskExecutor();
        PodWorkers workers = new PodWorkers(new WorkerTools(
                cri,
                new ContainerStarter(cri, images, configs, sandboxes, directories, hooks, killer, events),
                killer,
                images,
                new VolumeManager(directories.pods(), cluster, references, downwardApi, new MemoryMounts(false), clock),
                references,
                new PodStatuses("fake", "127.0.0.1", clock),
                statuses,
                new NodeAdmission(() -> Optional.of(node())),
                backoff,
                new PodProbes.Tools(new NetworkProber(cri), timers, events, clock, new SplittableRandom(1)),
                directories,
                events,
                timers,
                steps,
                clock));
        made.set(workers);
        statuses.start();
        informers.start();
        try {
            informers.awaitSynced();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        cri.learnSandboxes();
        watched.addHandler(workers);
        workers.removeOrphans();
        ContainerNews news = new ContainerNews(runtime.channel(), cri, workers::wake, workers::wakeAll);
        int before = runtime.subscriptions();
        news.start();
        await().until(() -> runtime.subscriptions() > before);
        // In the order opposite to that in which they are closed: steps under way come to their end.
        running.addAll(List.of(statuses, references, steps, timers, informers, news));
    }

    void stopAgent() {
        while (!running.isEmpty()) {
            try {
                running.removeLast().close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    void restartAgent() {
        stopAgent();
        startAgent();
    }

    void create(Pod pod) {
        pods.create(pod);
    }

    Optional<Pod> pod(String name) {
        try {
            return Optional.of(pods.get(new ObjectKey("default", name)));
        } catch (ApiException e) {
            return Optional.empty();
        }
    }

    /** What an API server does with a deletion that has a grace period. */
    void deleteGracefully(String name, long seconds) {
        change(
                name,
                pod -> pod.editMetadata()
                        .withDeletionTimestamp("2026-01-01T00:00:00Z")
                        .withDeletionGracePeriodSeconds(seconds)
                        .addToFinalizers("test/held")
                        .endMetadata());
        releaseWhenAsked(name);
    }

    /** The fake lets go of an object that is being deleted with its last finalizer; take that away on the agent's delete. */
    private void releaseWhenAsked(String name) {
        Thread.ofVirtual()
                .start(() -> await().until(() -> {
                    boolean asked = cluster.actions().stream()
                            .anyMatch(action -> action.verb().equals("delete")
                                    && action.key().name().equals(name));
                    if (asked) {
                        change(
                                name,
                                pod -> pod.editMetadata()
                                        .withFinalizers(List.of())
                                        .endMetadata());
                    }
                    return asked;
                }));
    }

    /** Changes the newest object, as an API server does: the agent may write its status at the same time. */
    private void change(String name, UnaryOperator<PodBuilder> change) {
        while (true) {
            try {
                pods.update(change.apply(new PodBuilder(pods.get(new ObjectKey("default", name))))
                        .build());
                return;
            } catch (ApiException e) {
                if (!e.isConflict()) {
                    throw e;
                }
            }
        }
    }

    void deleteAtOnce(String name) {
        pods.delete(new ObjectKey("default", name));
    }

    void setImage(String name, String container, String image) {
        change(
                name,
                pod -> pod.editSpec()
                        .editMatchingContainer(candidate -> candidate.getName().equals(container))
                        .withImage(image)
                        .endContainer()
                        .endSpec());
    }

    void createConfigMap(ConfigMap map) {
        cluster.resource(ResourceTypes.CONFIG_MAPS).create(map);
    }

    void updateConfigMap(String name, String key, String value) {
        ResourceClient<ConfigMap> maps = cluster.resource(ResourceTypes.CONFIG_MAPS);
        maps.update(new ConfigMapBuilder(maps.get(new ObjectKey("default", name)))
                .addToData(key, value)
                .build());
    }

    @Override
    public void close() {
        stopAgent();
        runtime.close();
    }
}
