package io.flotilla.scheduler.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.EventHint;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.TestObjects;
import io.flotilla.scheduler.snapshot.NodeInfo;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NodeResourcesTest {
    private final NodeResourcesFit fit = new NodeResourcesFit();

    private static NodeBuilder node(String name, String resource, String amount) {
        return TestObjects.node(name)
                .editStatus()
                .addToAllocatable(resource, new Quantity(amount))
                .endStatus();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1Gi, ok",
        "2, 6Gi, ok",
        "2001m, 1Gi, Insufficient cpu",
        "1, 7Gi, Insufficient memory",
        "3, 7Gi, 'Insufficient cpu, Insufficient memory'",
        "'', '', ok"
    })
    void aPodNeedsWhatItRequests(String cpu, String memory, String verdict) {
        PluginCase cluster =
                new PluginCase().node(TestObjects.node("n")).podOn("n", TestObjects.pod("there", "2", "2Gi"));
        assertThat(cluster.filter(fit, TestObjects.pod("new", cpu, memory))).containsEntry("n", verdict);
    }

    @Test
    void aNodeTakesSoManyPods() {
        PluginCase cluster = new PluginCase().node(node("n", "pods", "1")).podOn("n", TestObjects.pod("there", "", ""));
        assertThat(cluster.filter(fit, TestObjects.pod("new", "", ""))).containsEntry("n", "Too many pods");
    }

    @ParameterizedTest
    @CsvSource({
        "example.com/gpu, 2, ok",
        "example.com/gpu, 3, Insufficient example.com/gpu",
        "hugepages-2Mi, 1, Insufficient hugepages-2Mi",
        "ephemeral-storage, 1, Insufficient ephemeral-storage"
    })
    void everyKindOfResourceCounts(String resource, String amount, String verdict) {
        PluginCase cluster = new PluginCase()
                .node(node("n", "example.com/gpu", "4"))
                .podOn("n", TestObjects.request(TestObjects.pod("there", "", ""), "example.com/gpu", "2"));
        PodBuilder pod = TestObjects.request(TestObjects.pod("new", "", ""), resource, amount);
        assertThat(cluster.filter(fit, pod)).containsEntry("n", verdict);
    }

    @Test
    void removingPodsHelpsOnlyWhereTheNodeIsLargeEnough() {
        NodeInfo node = NodeInfo.of(
                TestObjects.facts(TestObjects.node("n")), List.of(TestObjects.info(TestObjects.pod("there", "3", ""))));
        assertThat(fit.filter(new CycleState(), TestObjects.info(TestObjects.pod("a", "4", "")), node)
                        .code())
                .isEqualTo(Status.Code.UNSCHEDULABLE);
        assertThat(fit.filter(new CycleState(), TestObjects.info(TestObjects.pod("b", "5", "")), node)
                        .code())
                .isEqualTo(Status.Code.UNSCHEDULABLE_AND_UNRESOLVABLE);
    }

    private static ContainerBuilder container(String name, String cpu) {
        return new ContainerBuilder()
                .withName(name)
                .withResources(new ResourceRequirementsBuilder()
                        .addToRequests("cpu", new Quantity(cpu))
                        .build());
    }

    @Test
    void initContainersSidecarsAndOverheadCountAtTheirHungriestMoment() {
        PodBuilder pod = TestObjects.pod("new", "1", "")
                .editSpec()
                .addToInitContainers(
                        container("first", "2").build(),
                        container("sidecar", "500m").withRestartPolicy("Always").build(),
                        container("second", "2").build())
                .addToOverhead("cpu", new Quantity("250m"))
                .endSpec();
        assertThat(TestObjects.info(pod).spec().requests().milliCpu()).isEqualTo(2750);
        PodBuilder hungry = TestObjects.pod("hungry", "3", "")
                .editSpec()
                .addToInitContainers(
                        container("sidecar", "500m").withRestartPolicy("Always").build())
                .endSpec();
        assertThat(TestObjects.info(hungry).spec().requests().milliCpu()).isEqualTo(3500);
    }

    @Test
    void requestsOfThePodItselfCountInsteadOfItsContainers() {
        PodBuilder pod = TestObjects.pod("new", "1", "1Gi")
                .editSpec()
                .withNewResources()
                .addToRequests("cpu", new Quantity("3"))
                .endResources()
                .endSpec();
        assertThat(TestObjects.info(pod).spec().requests().milliCpu()).isEqualTo(3000);
        assertThat(TestObjects.info(pod).spec().requests().memory()).isEqualTo(1L << 30);
    }

    @Test
    void prefersNodesWithMuchLeft() {
        PluginCase cluster = new PluginCase()
                .node(TestObjects.node("empty"))
                .node(TestObjects.node("half"))
                .podOn("half", TestObjects.pod("there", "2", "4Gi"));
        assertThat(cluster.score(fit, TestObjects.pod("new", "1", "2Gi"))).isEqualTo(Map.of("empty", 75L, "half", 25L));
    }

    @Test
    void countsAGuessForPodsThatRequestNothing() {
        PluginCase cluster = new PluginCase()
                .node(TestObjects.node("empty"))
                .node(TestObjects.node("used"))
                .podOn("used", TestObjects.pod("there", "", ""));
        Map<String, Long> scores = cluster.score(fit, TestObjects.pod("new", "", ""));
        assertThat(scores.get("empty")).isGreaterThan(scores.get("used"));
    }

    @Test
    void prefersNodesThatThePodBringsIntoBalance() {
        NodeResourcesBalancedAllocation balanced = new NodeResourcesBalancedAllocation();
        PluginCase cluster = new PluginCase()
                .node(TestObjects.node("cpu-heavy"))
                .node(TestObjects.node("memory-heavy"))
                .podOn("cpu-heavy", TestObjects.pod("a", "2", ""))
                .podOn("memory-heavy", TestObjects.pod("b", "", "4Gi"));
        assertThat(cluster.score(balanced, TestObjects.pod("new", "2", "")))
                .isEqualTo(Map.of("cpu-heavy", 62L, "memory-heavy", 87L));
        assertThat(cluster.score(balanced, TestObjects.pod("plain", "", ""))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 4, 8, true", "6, 4, 8, true", "10, 4, 8, false", "1, 4, 4, false"})
    void aNodeThatGrewIsWorthATryIfThePodUsesWhatGrew(String request, String before, String after, boolean worth) {
        EventHint hint = fit.eventHints().stream()
                .filter(each -> each.kinds().contains(ClusterEvent.Kind.NODE_ALLOCATABLE))
                .findFirst()
                .orElseThrow();
        ClusterEvent event = ClusterEvent.ofNode(
                ClusterEvent.Kind.NODE_ALLOCATABLE,
                TestObjects.facts(node("n", "cpu", before)),
                TestObjects.facts(node("n", "cpu", after)));
        assertThat(hint.worth().trying(TestObjects.info(TestObjects.pod("p", request, "")), event))
                .isEqualTo(worth);
    }
}
