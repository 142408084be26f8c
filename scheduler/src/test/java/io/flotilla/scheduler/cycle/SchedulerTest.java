package io.flotilla.scheduler.cycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.client.Fence;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.RecordedEvents;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.scheduler.metrics.SchedulerMetrics;
import io.flotilla.scheduler.object.NodeFacts;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.TestObjects;
import io.flotilla.scheduler.plugin.DefaultPlugins;
import io.flotilla.scheduler.profile.NodeChooser;
import io.flotilla.scheduler.profile.Profile;
import io.flotilla.scheduler.queue.SchedulingQueue;
import io.flotilla.scheduler.snapshot.Cache;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SchedulerTest {
    private static final Fence FENCE = new Fence("kube-system", "kube-scheduler", "me", 1);

    private final FakeCluster cluster = new FakeCluster();
    private final ResourceClient<Pod> pods = cluster.resource(ResourceTypes.PODS);
    private final ResourceClient<Node> nodes = cluster.resource(ResourceTypes.NODES);
    private final RecordedEvents events = new RecordedEvents();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Informers informers = new Informers(cluster);
    private final Set<String> joined = ConcurrentHashMap.newKeySet();
    private Cache cache = new Cache(System::nanoTime, Duration.ofMinutes(1));
    private Scheduler scheduler = scheduler();

    private Scheduler scheduler() {
        SchedulerMetrics metrics = new SchedulerMetrics(registry, "default-scheduler");
        LeaderClient leaderClient = new LeaderClient();
        Profile profile = new Profile("default-scheduler", DefaultPlugins.create(leaderClient), metrics);
        SchedulingQueue queue = new SchedulingQueue(profile.plugins(), System::nanoTime, metrics);
        ClusterEvents changes = new ClusterEvents(cache, queue, "default-scheduler");
        Informer<PodInfo> podInformer = informers.of(
                PodInfo.TYPE, ListOptions.ALL.withFieldSelector("status.phase!=Succeeded,status.phase!=Failed"));
        podInformer.addHandler(changes.pods());
        informers.of(NodeFacts.TYPE).addHandler(changes.nodes());
        informers.of(NodeFacts.TYPE).addHandler(noting(joined));
        NodeChooser chooser = new NodeChooser(profile, 0, new SplittableRandom(1));
        return new Scheduler(
                cluster,
                leaderClient,
                profile,
                chooser,
                cache,
                queue,
                podInformer.lister(),
                events,
                metrics,
                Clock.systemUTC());
    }

    @BeforeEach
    void start() throws InterruptedException {
        informers.start();
        informers.awaitSynced();
    }

    @AfterEach
    void stop() {
        scheduler.close();
        informers.close();
        cluster.close();
    }

    /** Creates nodes and waits until the scheduler knows them, as it learns of nodes and pods in no particular order. */
    private void join(NodeBuilder... joining) {
        for (NodeBuilder node : joining) {
            nodes.create(node.build());
        }
        for (NodeBuilder node : joining) {
            await().until(() -> joined.contains(node.buildMetadata().getName()));
        }
    }

    /** Hears of a node once cache and queue have. */
    private static EventHandler<NodeFacts> noting(Set<String> names) {
        return new EventHandler<>() {
            @Override
            public void onAdd(NodeFacts node) {
                names.add(node.name());
            }

            @Override
            public void onUpdate(NodeFacts before, NodeFacts now) {}

            @Override
            public void onDelete(NodeFacts last) {}
        };
    }

    private void create(PodBuilder pod) {
        pods.create(pod.editMetadata().withUid(null).endMetadata().build());
    }

    private String nodeOf(String pod) {
        String node = pods.get(new ObjectKey("default", pod)).getSpec().getNodeName();
        return node == null ? "" : node;
    }

    /** Returns the pod's first condition, one that says nothing where there is none yet. */
    private PodCondition scheduled(String pod) {
        PodStatus status = pods.get(new ObjectKey("default", pod)).getStatus();
        return status == null || status.getConditions().isEmpty()
                ? new PodCondition()
                : status.getConditions().getFirst();
    }

    @Test
    void bindsAPodAndSaysSo() {
        join(TestObjects.node("one"));
        create(TestObjects.pod("web", "100m", "64Mi"));
        scheduler.begin(FENCE);

        await().untilAsserted(() -> assertThat(nodeOf("web")).isEqualTo("one"));
        await().untilAsserted(() -> assertThat(events.lines())
                .containsExactly("Normal Scheduled Successfully assigned default/web to one"));
        assertThat(registry.get("scheduler.schedule.attempts")
                        .tag("result", "scheduled")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void doesNothingBeforeItLeads() {
        join(TestObjects.node("one"));
        create(TestObjects.pod("web", "100m", ""));

        await().during(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(nodeOf("web")).isEmpty());
    }

    @Test
    void neverPutsMoreOnANodeThanItHas() {
        join(TestObjects.node("a"), TestObjects.node("b"), TestObjects.node("c"));
        for (int i = 0; i < 14; i++) {
            create(TestObjects.pod("web-" + i, "1", ""));
        }
        scheduler.begin(FENCE);

        await().untilAsserted(() ->
                assertThat(placed().values().stream().mapToLong(n -> n).sum()).isEqualTo(12));
        assertThat(placed()).isEqualTo(Map.of("a", 4L, "b", 4L, "c", 4L));
        await().untilAsserted(() -> assertThat(events.lines())
                .contains("Warning FailedScheduling 0/3 nodes are available: 3 Insufficient cpu."));
    }

    private Map<String, Long> placed() {
        return pods.list(ListOptions.ALL).items().stream()
                .filter(pod -> pod.getSpec().getNodeName() != null)
                .collect(Collectors.groupingBy(pod -> pod.getSpec().getNodeName(), Collectors.counting()));
    }

    @Test
    void tellsWhyAPodFitsNowhereAndTriesAgainWhenANodeComes() {
        join(TestObjects.node("small"));
        join(TestObjects.node("tainted")
                .editSpec()
                .addNewTaint("NoSchedule", "dedicated", null, "gpu")
                .endSpec());
        join(TestObjects.node("cordoned").editSpec().withUnschedulable(true).endSpec());
        create(TestObjects.pod("big", "6", ""));
        scheduler.begin(FENCE);

        String message = "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s),"
                + " 1 node(s) were unschedulable.";
        await().untilAsserted(() -> assertThat(events.lines()).containsExactly("Warning FailedScheduling " + message));
        await().untilAsserted(() -> {
            assertThat(scheduled("big").getType()).isEqualTo("PodScheduled");
            assertThat(scheduled("big").getStatus()).isEqualTo("False");
            assertThat(scheduled("big").getReason()).isEqualTo("Unschedulable");
            assertThat(scheduled("big").getMessage()).isEqualTo(message);
        });

        join(TestObjects.node("large")
                .editStatus()
                .addToAllocatable("cpu", new io.fabric8.kubernetes.api.model.Quantity("8"))
                .endStatus());
        await().untilAsserted(() -> assertThat(nodeOf("big")).isEqualTo("large"));
    }

    @Test
    void saysThatThereAreNoNodes() {
        create(TestObjects.pod("web", "", ""));
        scheduler.begin(FENCE);

        await().untilAsserted(() -> assertThat(events.lines())
                .containsExactly("Warning FailedScheduling no nodes available to schedule pods"));
        join(TestObjects.node("first"));
        await().untilAsserted(() -> assertThat(nodeOf("web")).isEqualTo("first"));
    }

    @Test
    void usesTheRoomOfPodsThatAreDeletedOrFinished() {
        join(TestObjects.node("one"));
        scheduler.begin(FENCE);
        create(TestObjects.pod("first", "2", ""));
        create(TestObjects.pod("second", "2", ""));
        await().untilAsserted(() -> assertThat(placed()).isEqualTo(Map.of("one", 2L)));

        create(TestObjects.pod("third", "2", ""));
        await().untilAsserted(() -> assertThat(events.lines())
                .contains("Warning FailedScheduling 0/1 nodes are available: 1 Insufficient cpu."));
        pods.delete(new ObjectKey("default", "first"));
        await().untilAsserted(() -> assertThat(nodeOf("third")).isEqualTo("one"));

        create(TestObjects.pod("fourth", "2", ""));
        await().untilAsserted(() -> assertThat(scheduled("fourth").getReason()).isEqualTo("Unschedulable"));
        pods.patch(
                new ObjectKey("default", "second"),
                "status",
                Patch.merge(Map.of("status", Map.of("phase", "Succeeded"))));
        await().untilAsserted(() -> assertThat(nodeOf("fourth")).isEqualTo("one"));
    }

    @Test
    void leavesPodsOfOtherSchedulersAlone() {
        join(TestObjects.node("one"));
        create(TestObjects.pod("theirs", "", "")
                .editSpec()
                .withSchedulerName("other")
                .endSpec());
        create(TestObjects.pod("ours", "", ""));
        scheduler.begin(FENCE);

        await().untilAsserted(() -> assertThat(nodeOf("ours")).isEqualTo("one"));
        assertThat(nodeOf("theirs")).isEmpty();
    }

    @Test
    void holdsAGatedPodUntilItsGatesAreGone() {
        join(TestObjects.node("one"));
        create(TestObjects.pod("gated", "", "")
                .editSpec()
                .addNewSchedulingGate("example.com/wait")
                .endSpec());
        create(TestObjects.pod("free", "", ""));
        scheduler.begin(FENCE);
        await().untilAsserted(() -> assertThat(nodeOf("free")).isEqualTo("one"));
        assertThat(nodeOf("gated")).isEmpty();

        pods.patch(
                new ObjectKey("default", "gated"), Patch.merge(Map.of("spec", Map.of("schedulingGates", List.of()))));
        await().untilAsserted(() -> assertThat(nodeOf("gated")).isEqualTo("one"));
    }

    @Test
    void triesAgainAfterABindingThatWasRefusedAndFreesTheRoomMeanwhile() {
        AtomicInteger refusals = new AtomicInteger();
        cluster.beforeWrite((action, _) -> {
            if (action.subresource().equals("binding") && refusals.getAndIncrement() == 0) {
                throw FakeCluster.refusal(409, "Conflict", "not now");
            }
        });
        join(TestObjects.node("one"));
        create(TestObjects.pod("web", "3", ""));
        scheduler.begin(FENCE);

        await().untilAsserted(() -> assertThat(nodeOf("web")).isEqualTo("one"));
        await().untilAsserted(() -> assertThat(events.lines())
                .contains(
                        "Warning FailedScheduling not now",
                        "Normal Scheduled Successfully assigned default/web to one"));
    }

    @Test
    void countsABindingAsDoneThatTookEffectWithoutAnAnswer() {
        AtomicInteger bindings = new AtomicInteger();
        cluster.beforeWrite((action, _) -> {
            if (action.subresource().equals("binding") && bindings.getAndIncrement() == 0) {
                pods.patch(action.key(), Patch.merge(Map.of("spec", Map.of("nodeName", "one"))));
                throw new ApiException.Unanswered("no answer", null);
            }
        });
        join(TestObjects.node("one"));
        create(TestObjects.pod("web", "3", ""));
        scheduler.begin(FENCE);

        await().untilAsserted(() -> assertThat(events.lines())
                .containsExactly("Normal Scheduled Successfully assigned default/web to one"));
        assertThat(bindings).hasValue(1);
    }

    @Test
    void losesNoPodWhenItsTermEndsWhileManyAreBeingBound() throws Exception {
        int many = 300;
        CountDownLatch stuck = new CountDownLatch(1);
        CompletableFuture<Void> released = new CompletableFuture<>();
        cluster.beforeWrite((action, _) -> {
            if (action.subresource().equals("binding")) {
                stuck.countDown();
                released.join();
            }
        });
        join(TestObjects.node("one")
                .editStatus()
                .addToAllocatable("pods", new io.fabric8.kubernetes.api.model.Quantity("1000"))
                .endStatus());
        for (int i = 0; i < many; i++) {
            create(TestObjects.pod("web-" + i, "", ""));
        }
        Gauge waiting =
                registry.get("scheduler.pending.pods").tag("queue", "active").gauge();
        await().until(() -> waiting.value() == many);
        scheduler.begin(FENCE);
        stuck.await();
        await().until(() -> waiting.value() <= many - 129);

        Thread end = Thread.ofPlatform().start(scheduler::end);
        await().until(() ->
                EnumSet.of(Thread.State.TIMED_WAITING, Thread.State.TERMINATED).contains(end.getState()));
        released.complete(null);
        end.join();
        scheduler.begin(new Fence("kube-system", "kube-scheduler", "me", 3));

        await().untilAsserted(() -> assertThat(placed()).isEqualTo(Map.of("one", (long) many)));
    }

    @Test
    void leadsAgainAfterAnInterval() {
        join(TestObjects.node("one"));
        scheduler.begin(FENCE);
        create(TestObjects.pod("first", "", ""));
        await().untilAsserted(() -> assertThat(nodeOf("first")).isEqualTo("one"));

        scheduler.end();
        create(TestObjects.pod("second", "", ""));
        await().during(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(nodeOf("second")).isEmpty());

        scheduler.begin(new Fence("kube-system", "kube-scheduler", "me", 3));
        await().untilAsserted(() -> assertThat(nodeOf("second")).isEqualTo("one"));
    }
}
