package io.flotilla.scheduler.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.metrics.SchedulerMetrics;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.TestObjects;
import io.flotilla.scheduler.plugin.DefaultPlugins;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SchedulingQueueTest {
    private static final Set<String> FIT = Set.of("NodeResourcesFit");
    private static final Set<String> TAINT = Set.of("TaintToleration");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private long now = 1;
    private final SchedulingQueue queue = new SchedulingQueue(
            DefaultPlugins.create(() -> {
                        throw new AssertionError("no binding here");
                    })
                    .stream()
                    .map(DefaultPlugins.Weighted::plugin)
                    .toList(),
            () -> now,
            new SchedulerMetrics(registry, "default-scheduler"));

    private static PodInfo pod(String name) {
        return TestObjects.info(TestObjects.pod(name, "1", ""));
    }

    private static PodInfo pod(String name, int priority) {
        return TestObjects.info(
                TestObjects.pod(name, "1", "").editSpec().withPriority(priority).endSpec());
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private QueuedPod popped() {
        return queue.poll().orElseThrow();
    }

    private Optional<String> next() {
        return queue.poll().map(queued -> queued.pod().name());
    }

    private double pending(String name) {
        return registry.get("scheduler.pending.pods").tag("queue", name).gauge().value();
    }

    private static ClusterEvent nodeAdded() {
        return ClusterEvent.ofNode(ClusterEvent.Kind.NODE_ADD, null, TestObjects.facts(TestObjects.node("n")));
    }

    private static ClusterEvent smallNodeAdded() {
        return ClusterEvent.ofNode(
                ClusterEvent.Kind.NODE_ADD,
                null,
                TestObjects.facts(TestObjects.node("n")
                        .editStatus()
                        .addToAllocatable("cpu", new Quantity("500m"))
                        .endStatus()));
    }

    @Test
    void theHigherPriorityComesFirstThenWhoWaitedLonger() {
        queue.add(pod("low", 1));
        pass(Duration.ofMillis(1));
        queue.add(pod("low-later", 1));
        pass(Duration.ofMillis(1));
        queue.add(pod("high", 10));

        assertThat(next()).contains("high");
        assertThat(next()).contains("low");
        assertThat(next()).contains("low-later");
        assertThat(next()).isEmpty();
    }

    @Test
    void aPodThatFitsNowhereWaitsForAnEventThatMayHelp() {
        queue.add(pod("p"));
        queue.returnUnschedulable(popped(), pod("p"), FIT);
        pass(Duration.ofSeconds(20));
        assertThat(next()).isEmpty();
        assertThat(pending("unschedulable")).isEqualTo(1);

        queue.happened(smallNodeAdded());
        assertThat(next()).isEmpty();

        queue.happened(nodeAdded());
        assertThat(next()).contains("p");
    }

    @Test
    void anEventThatOnlyOtherPluginsCareAboutDoesNotHelp() {
        queue.add(pod("p"));
        queue.returnUnschedulable(popped(), pod("p"), TAINT);
        queue.happened(ClusterEvent.ofPod(ClusterEvent.Kind.ASSIGNED_POD_DELETE, pod("q").on("n"), null));
        assertThat(next()).isEmpty();
    }

    @Test
    void anEventDuringTheAttemptIsNotMissed() {
        queue.add(pod("p"));
        QueuedPod queued = popped();
        queue.happened(nodeAdded());
        queue.returnUnschedulable(queued, pod("p"), FIT);
        assertThat(next()).contains("p");
    }

    @Test
    void anEventBeforeTheAttemptDoesNotCount() {
        queue.add(pod("other"));
        QueuedPod other = popped();
        queue.happened(nodeAdded());
        queue.add(pod("p"));
        queue.returnUnschedulable(popped(), pod("p"), FIT);
        assertThat(next()).isEmpty();
        queue.returnUnschedulable(other, pod("other"), FIT);
        assertThat(next()).contains("other");
    }

    @Test
    void afterFiveMinutesAPodIsTriedAnyway() {
        queue.add(pod("p"));
        queue.returnUnschedulable(popped(), pod("p"), FIT);
        pass(Duration.ofMinutes(5).minusNanos(1));
        assertThat(next()).isEmpty();
        pass(Duration.ofNanos(1));
        assertThat(next()).contains("p");
    }

    @Test
    void aPodWhoseBackoffRunsYieldsToActiveOnesButNotToNobody() {
        queue.add(pod("again"));
        queue.returnUnschedulable(popped(), pod("again"), FIT);
        queue.happened(nodeAdded());
        assertThat(pending("backoff")).isEqualTo(1);
        queue.add(pod("new"));

        assertThat(next()).contains("new");
        assertThat(next()).contains("again");
    }

    @Test
    void theBackoffDoublesFromOneSecondToTen() {
        queue.add(pod("p"));
        for (int seconds : new int[] {1, 2, 4, 8, 10, 10}) {
            queue.returnFailed(popped(), pod("p"));
            pass(Duration.ofSeconds(seconds).minusNanos(1));
            assertThat(next()).isEmpty();
            pass(Duration.ofNanos(1));
            assertThat(pending("backoff")).isEqualTo(1);
            // Popped by the next round, or here after the last one.
        }
        assertThat(next()).contains("p");
    }

    @Test
    void aPodPastItsBackoffGoesStraightToTheActiveQueue() {
        queue.add(pod("p"));
        queue.returnUnschedulable(popped(), pod("p"), FIT);
        pass(Duration.ofSeconds(2));
        queue.happened(nodeAdded());
        assertThat(pending("active")).isEqualTo(1);
    }

    @Test
    void aChangedPodIsTriedAgainIfTheChangeMayHelp() {
        queue.add(pod("p"));
        queue.returnUnschedulable(popped(), pod("p"), FIT);
        PodInfo labelled = TestObjects.info(TestObjects.pod("p", "1", "")
                .editMetadata()
                .addToLabels("a", "b")
                .endMetadata());
        queue.update(pod("p"), labelled);
        assertThat(next()).isEmpty();

        PodInfo smaller = TestObjects.info(TestObjects.pod("p", "500m", ""));
        queue.update(labelled, smaller);
        assertThat(queue.poll().map(QueuedPod::pod)).contains(smaller);
    }

    @Test
    void aGatedPodStaysOutUntilItsGatesAreGone() {
        PodBuilder gated = TestObjects.pod("p", "1", "")
                .editSpec()
                .addNewSchedulingGate("a.io/b")
                .endSpec();
        queue.add(TestObjects.info(gated));
        assertThat(next()).isEmpty();
        assertThat(pending("gated")).isEqualTo(1);
        queue.happened(nodeAdded());
        assertThat(next()).isEmpty();

        queue.update(TestObjects.info(gated), pod("p"));
        assertThat(next()).contains("p");
        assertThat(pending("gated")).isZero();
    }

    @Test
    void aDeletedPodIsForgottenWhereverItIs() {
        queue.add(pod("active"));
        queue.delete(pod("active"));
        assertThat(next()).isEmpty();

        queue.add(pod("flying"));
        QueuedPod flying = popped();
        queue.delete(pod("flying"));
        queue.returnUnschedulable(flying, pod("flying"), FIT);
        queue.happened(nodeAdded());
        assertThat(next()).isEmpty();
    }

    @Test
    void popWaitsForAPod() throws Exception {
        CompletableFuture<QueuedPod> popped = new CompletableFuture<>();
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                popped.complete(queue.pop());
            } catch (InterruptedException e) {
                popped.completeExceptionally(e);
            }
        });
        queue.add(pod("p"));
        assertThat(popped.get(60, TimeUnit.SECONDS).pod().name()).isEqualTo("p");
        waiting.join();
    }
}
