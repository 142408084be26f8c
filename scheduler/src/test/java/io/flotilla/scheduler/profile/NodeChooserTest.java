package io.flotilla.scheduler.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.metrics.SchedulerMetrics;
import io.flotilla.scheduler.object.TestObjects;
import io.flotilla.scheduler.plugin.DefaultPlugins;
import io.flotilla.scheduler.profile.NodeChooser.Choice;
import io.flotilla.scheduler.snapshot.Cache;
import io.flotilla.scheduler.snapshot.Snapshot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NodeChooserTest {
    private final Cache cache = new Cache(() -> 0, Duration.ofMinutes(1));
    private final Snapshot snapshot = new Snapshot();
    private final NodeChooser chooser = chooser(0);

    private static NodeChooser chooser(int percentage) {
        Profile profile = new Profile(
                "default-scheduler",
                DefaultPlugins.create(() -> {
                    throw new AssertionError("no binding here");
                }),
                new SchedulerMetrics(new SimpleMeterRegistry(), "default-scheduler"));
        return new NodeChooser(profile, percentage, new SplittableRandom(7));
    }

    private Choice choose(PodBuilder pod) {
        cache.update(snapshot);
        return chooser.choose(new CycleState(), TestObjects.info(pod), snapshot);
    }

    private String message(PodBuilder pod) {
        return ((Choice.Unschedulable) choose(pod)).message();
    }

    private void nodes(NodeBuilder... nodes) {
        for (NodeBuilder node : nodes) {
            cache.putNode(TestObjects.facts(node));
        }
    }

    @ParameterizedTest
    @CsvSource({"50, 50", "100, 100", "1000, 420", "5000, 500", "10000, 500"})
    void looksForFewerFeasibleNodesTheMoreThereAre(int nodes, int enough) {
        assertThat(chooser.enough(nodes)).isEqualTo(enough);
    }

    @Test
    void aGivenPercentageIsKeptButNotBelowAHundredNodes() {
        assertThat(chooser(30).enough(1000)).isEqualTo(300);
        assertThat(chooser(1).enough(1000)).isEqualTo(100);
        assertThat(chooser(100).enough(1000)).isEqualTo(1000);
    }

    @Test
    void saysHowManyNodesLackWhat() {
        nodes(
                TestObjects.node("a"),
                TestObjects.node("b"),
                TestObjects.node("c")
                        .editSpec()
                        .addNewTaint("NoSchedule", "key", null, "value")
                        .endSpec());
        assertThat(message(TestObjects.pod("p", "8", "16Gi")))
                .isEqualTo("0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu,"
                        + " 2 Insufficient memory.");
    }

    private static PodBuilder bound(String... names) {
        return TestObjects.pod("p", "8", "")
                .editSpec()
                .withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addNewNodeSelectorTerm()
                .addToMatchFields(new NodeSelectorRequirement("metadata.name", "In", List.of(names)))
                .endNodeSelectorTerm()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .endSpec();
    }

    @Test
    void nodesThatWereRuledOutFromTheStartAreCountedToo() {
        nodes(TestObjects.node("a"), TestObjects.node("b"), TestObjects.node("c"));
        assertThat(message(bound("a")))
                .isEqualTo("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s)"
                        + " [NodeAffinity].");
    }

    @Test
    void namesTheOnlyPluginWhoseNodesAreNoneAtAll() {
        nodes(TestObjects.node("a"));
        assertThat(message(bound("gone")))
                .isEqualTo("0/1 nodes are available: 1 node(s) didn't satisfy plugin(s) [NodeAffinity].");
    }

    @Test
    void successivePodsStartTheirSearchElsewhereAndTiesAreBrokenAtRandom() {
        for (int i = 0; i < 300; i++) {
            nodes(TestObjects.node("n" + i));
        }
        Set<String> chosen = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            chosen.add(((Choice.Chosen) choose(TestObjects.pod("p" + i, "", ""))).node());
        }
        assertThat(chosen).hasSizeGreaterThan(20);
        assertThat(chosen).anyMatch(name -> Integer.parseInt(name.substring(1)) >= 200);
    }

    @Test
    void theWeightsDecideBetweenPlugins() {
        nodes(
                TestObjects.node("busy")
                        .editMetadata()
                        .addToLabels("disk", "ssd")
                        .endMetadata(),
                TestObjects.node("idle"));
        cache.putPod(TestObjects.info(TestObjects.pod("there", "2", "4Gi")).on("busy"));
        PodBuilder pod = TestObjects.pod("p", "1", "1Gi")
                .editSpec()
                .withNewAffinity()
                .withNewNodeAffinity()
                .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                .withWeight(1)
                .withNewPreference()
                .addToMatchExpressions(new NodeSelectorRequirement("disk", "In", List.of("ssd")))
                .endPreference()
                .endPreferredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .endSpec();
        assertThat(choose(pod)).isEqualTo(new Choice.Chosen("busy"));
        assertThat(choose(TestObjects.pod("plain", "1", "1Gi"))).isEqualTo(new Choice.Chosen("idle"));
    }
}
