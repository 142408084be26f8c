package io.flotilla.scheduler.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.TestObjects;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TaintsAndPortsTest {
    private static NodeBuilder tainted(String name, String effect) {
        return TestObjects.node(name)
                .editSpec()
                .addNewTaint(effect, "dedicated", null, "gpu")
                .endSpec();
    }

    private static PodBuilder tolerating(
            @Nullable String key, @Nullable String operator, @Nullable String value, @Nullable String effect) {
        return TestObjects.pod("p", "", "")
                .editSpec()
                .addNewToleration()
                .withKey(key)
                .withOperator(operator)
                .withValue(value)
                .withEffect(effect)
                .endToleration()
                .endSpec();
    }

    @ParameterizedTest
    @CsvSource({
        "dedicated, Equal, gpu, NoSchedule, true",
        "dedicated, , gpu, NoSchedule, true",
        "dedicated, Equal, gpu, , true",
        "dedicated, Exists, , NoSchedule, true",
        ", Exists, , , true",
        "dedicated, Equal, cpu, NoSchedule, false",
        "other, Exists, , NoSchedule, false",
        "dedicated, Equal, gpu, NoExecute, false"
    })
    void aTolerationMatchesByKeyValueAndEffect(
            @Nullable String key,
            @Nullable String operator,
            @Nullable String value,
            @Nullable String effect,
            boolean tolerated) {
        assertThat(new PluginCase()
                        .node(tainted("n", "NoSchedule"))
                        .filter(new TaintToleration(), tolerating(key, operator, value, effect)))
                .containsEntry("n", tolerated ? "ok" : "node(s) had untolerated taint(s)");
    }

    @ParameterizedTest
    @CsvSource({"NoSchedule, false", "NoExecute, false", "PreferNoSchedule, true"})
    void someTaintsForbidAndOneDoesNot(String effect, boolean admitted) {
        assertThat(new PluginCase()
                        .node(tainted("n", effect))
                        .filter(new TaintToleration(), TestObjects.pod("p", "", "")))
                .containsEntry("n", admitted ? "ok" : "node(s) had untolerated taint(s)");
    }

    @Test
    void prefersNodesWithoutPreferNoScheduleTaints() {
        PluginCase cluster =
                new PluginCase().node(TestObjects.node("clean")).node(tainted("dirty", "PreferNoSchedule"));
        assertThat(cluster.score(new TaintToleration(), TestObjects.pod("p", "", "")))
                .isEqualTo(Map.of("clean", 100L, "dirty", 0L));
        assertThat(cluster.score(new TaintToleration(), tolerating("dedicated", "Exists", null, null)))
                .isEqualTo(Map.of("clean", 100L, "dirty", 100L));
    }

    @Test
    void aTaintThatWentIsWorthATry() {
        ClusterEvent gone = ClusterEvent.ofNode(
                ClusterEvent.Kind.NODE_TAINT,
                TestObjects.facts(tainted("n", "NoSchedule")),
                TestObjects.facts(TestObjects.node("n")));
        ClusterEvent came = ClusterEvent.ofNode(
                ClusterEvent.Kind.NODE_TAINT,
                TestObjects.facts(TestObjects.node("n")),
                TestObjects.facts(tainted("n", "NoSchedule")));
        var hint = new TaintToleration().eventHints().getFirst().worth();
        var pod = TestObjects.info(TestObjects.pod("p", "", ""));
        assertThat(hint.trying(pod, gone)).isTrue();
        assertThat(hint.trying(pod, came)).isFalse();
    }

    @Test
    void aCordonedNodeTakesOnlyPodsThatTolerateIt() {
        PluginCase cluster = new PluginCase()
                .node(TestObjects.node("n").editSpec().withUnschedulable(true).endSpec());
        assertThat(cluster.filter(new NodeUnschedulable(), TestObjects.pod("p", "", "")))
                .containsEntry("n", "node(s) were unschedulable");
        assertThat(cluster.filter(
                        new NodeUnschedulable(),
                        tolerating("node.kubernetes.io/unschedulable", "Exists", null, "NoSchedule")))
                .containsEntry("n", "ok");
    }

    private static PodBuilder withPort(String name, String ip, String protocol, int port) {
        return TestObjects.pod(name, "", "")
                .editSpec()
                .editFirstContainer()
                .addToPorts(new ContainerPortBuilder()
                        .withContainerPort(port)
                        .withHostPort(port)
                        .withHostIP(ip)
                        .withProtocol(protocol)
                        .build())
                .endContainer()
                .endSpec();
    }

    @ParameterizedTest
    @CsvSource({
        "'', TCP, 80, false",
        "10.0.0.1, TCP, 80, false",
        "10.0.0.2, TCP, 80, true",
        "10.0.0.1, UDP, 80, true",
        "10.0.0.1, TCP, 81, true"
    })
    void aHostPortIsTakenByAddressProtocolAndNumber(String ip, String protocol, int port, boolean free) {
        PluginCase cluster =
                new PluginCase().node(TestObjects.node("n")).podOn("n", withPort("there", "10.0.0.1", "TCP", 80));
        assertThat(cluster.filter(new NodePorts(), withPort("new", ip, protocol, port)))
                .containsEntry("n", free ? "ok" : "node(s) didn't have free ports for the requested pod ports");
    }

    @Test
    void gatesAreNamed() {
        Status status = new SchedulingGates()
                .preEnqueue(TestObjects.info(TestObjects.pod("p", "", "")
                        .editSpec()
                        .addNewSchedulingGate("a.io/one")
                        .addNewSchedulingGate("b.io/two")
                        .endSpec()));
        assertThat(status.message()).isEqualTo("waiting for scheduling gates: [a.io/one b.io/two]");
    }

    @Test
    void prefersNodesThatHaveTheImage() {
        NodeBuilder has = TestObjects.node("has")
                .editStatus()
                .addToImages(new ContainerImage(List.of("nginx:latest"), 800L * 1024 * 1024))
                .endStatus();
        PluginCase cluster = new PluginCase().node(has).node(TestObjects.node("hasnot"));
        Map<String, Long> scores = cluster.score(new ImageLocality(), TestObjects.pod("p", "", ""));
        assertThat(scores).isEqualTo(Map.of("has", 38L, "hasnot", 0L));
    }
}
