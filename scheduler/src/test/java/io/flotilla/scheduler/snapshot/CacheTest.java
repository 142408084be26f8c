package io.flotilla.scheduler.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.flotilla.scheduler.object.NodeFacts;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.TestObjects;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class CacheTest {
    private long now = 1;
    private final Cache cache = new Cache(() -> now, Duration.ofSeconds(30));
    private final Snapshot snapshot = new Snapshot();

    private static NodeFacts node(String name, String zone) {
        NodeBuilder node = TestObjects.node(name);
        return TestObjects.facts(
                zone.isEmpty()
                        ? node
                        : node.editMetadata()
                                .addToLabels("topology.kubernetes.io/zone", zone)
                                .endMetadata());
    }

    private static PodInfo pod(String name) {
        return TestObjects.info(TestObjects.pod(name, "1", "1Gi"));
    }

    private long requestedOn(String node) {
        cache.update(snapshot);
        return snapshot.node(node).orElseThrow().requested().milliCpu();
    }

    @Test
    void anAssumedPodCountsAtOnceAndIsConfirmedOnlyOnce() {
        cache.putNode(node("n", ""));
        cache.assume(pod("p").on("n"));
        assertThat(requestedOn("n")).isEqualTo(1000);
        assertThat(cache.isAssumed(pod("p"))).isTrue();

        cache.finishBinding(pod("p").on("n"));
        cache.putPod(pod("p").on("n"));
        assertThat(requestedOn("n")).isEqualTo(1000);
        assertThat(cache.isAssumed(pod("p"))).isFalse();
        now += Duration.ofMinutes(1).toNanos();
        assertThat(requestedOn("n")).isEqualTo(1000);
    }

    @Test
    void anAssumptionEndsIfItIsForgottenOrNeverConfirmed() {
        cache.putNode(node("n", ""));
        cache.assume(pod("forgotten").on("n"));
        cache.forget(pod("forgotten"));
        assertThat(requestedOn("n")).isZero();

        cache.assume(pod("binding").on("n"));
        now += Duration.ofMinutes(1).toNanos();
        assertThat(requestedOn("n")).isEqualTo(1000);
        cache.finishBinding(pod("binding").on("n"));
        now += Duration.ofSeconds(29).toNanos();
        assertThat(requestedOn("n")).isEqualTo(1000);
        now += Duration.ofSeconds(1).toNanos();
        assertThat(requestedOn("n")).isZero();
    }

    @Test
    void aConfirmedPodIsNotForgotten() {
        cache.putNode(node("n", ""));
        cache.assume(pod("p").on("n"));
        cache.putPod(pod("p").on("n"));
        cache.forget(pod("p"));
        assertThat(requestedOn("n")).isEqualTo(1000);
        assertThatIllegalStateException().isThrownBy(() -> cache.assume(pod("p").on("n")));
    }

    @Test
    void thePodMayTurnOutToBeOnAnotherNode() {
        cache.putNode(node("a", ""));
        cache.putNode(node("b", ""));
        cache.assume(pod("p").on("a"));
        cache.putPod(pod("p").on("b"));
        assertThat(requestedOn("a")).isZero();
        assertThat(requestedOn("b")).isEqualTo(1000);
    }

    @Test
    void podsMayComeBeforeTheirNodeAndStayAfterIt() {
        cache.putPod(pod("p").on("n"));
        cache.update(snapshot);
        assertThat(snapshot.nodes()).isEmpty();

        cache.putNode(node("n", ""));
        assertThat(requestedOn("n")).isEqualTo(1000);

        cache.removeNode("n");
        cache.update(snapshot);
        assertThat(snapshot.nodes()).isEmpty();
        cache.putNode(node("n", ""));
        assertThat(requestedOn("n")).isEqualTo(1000);
        assertThat(cache.removePod(pod("p"))).isTrue();
        assertThat(requestedOn("n")).isZero();
    }

    @Test
    void aSnapshotDoesNotMoveUnderTheCycleAndSharesWhatHasNotChanged() {
        cache.putNode(node("a", ""));
        cache.putNode(node("b", ""));
        cache.update(snapshot);
        NodeInfo a = snapshot.node("a").orElseThrow();
        NodeInfo b = snapshot.node("b").orElseThrow();

        cache.putPod(pod("p").on("a"));
        assertThat(snapshot.node("a")).containsSame(a);
        cache.update(snapshot);
        assertThat(snapshot.node("a").orElseThrow().pods()).hasSize(1);
        assertThat(a.pods()).isEmpty();
        assertThat(snapshot.node("b")).containsSame(b);
    }

    @Test
    void zonesTakeTurns() {
        cache.putNode(node("a1", "a"));
        cache.putNode(node("a2", "a"));
        cache.putNode(node("a3", "a"));
        cache.putNode(node("b1", "b"));
        cache.putNode(node("c1", "c"));
        cache.update(snapshot);
        assertThat(snapshot.nodes()).extracting(NodeInfo::name).containsExactly("a1", "b1", "c1", "a2", "a3");
    }
}
