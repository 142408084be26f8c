package io.flotilla.controllermanager.nodelifecycle;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.controller.Taints;
import io.flotilla.controllermanager.endpointslice.Services;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeMonitorTest {
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final Harness harness = new Harness();
    private int renewals;

    @AfterEach
    void stop() {
        harness.close();
    }

    private NodeMonitor monitor() {
        harness.startInformers();
        return new NodeMonitor(harness.timelessContext(), harness.events());
    }

    private void create(String name, String zone) {
        harness.api(ResourceTypes.NODES).create(Nodes.node(name, zone, "True"));
        harness.api(ResourceTypes.LEASES)
                .create(new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace(Caches.NODE_LEASES)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity(name)
                        .endSpec()
                        .build());
    }

    private void renew(String name) {
        Lease lease = harness.api(ResourceTypes.LEASES).get(new ObjectKey(Caches.NODE_LEASES, name));
        ZonedDateTime time =
                ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC).plusSeconds(++renewals);
        lease.getSpec().setRenewTime(time);
        harness.api(ResourceTypes.LEASES).update(lease);
        eventually()
                .until(() -> harness.caches()
                        .nodeLeases()
                        .lister()
                        .get(ObjectKey.of(lease))
                        .filter(found -> time.toInstant()
                                .equals(found.getSpec().getRenewTime().toInstant()))
                        .isPresent());
    }

    private Node node(String name) {
        return harness.get(ResourceTypes.NODES, name);
    }

    /** Looks, and lets the cache follow what that changed. */
    private void look(NodeMonitor monitor) {
        monitor.look();
        for (Node node : harness.list(ResourceTypes.NODES)) {
            eventually()
                    .until(() -> harness.caches()
                            .nodes()
                            .lister()
                            .get(ObjectKey.of(node))
                            .filter(found -> found.getMetadata()
                                    .getResourceVersion()
                                    .equals(node.getMetadata().getResourceVersion()))
                            .isPresent());
        }
    }

    private void passAndLook(NodeMonitor monitor, Duration time, String... alive) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(PERIOD)) {
            harness.pass(PERIOD);
            for (String name : alive) {
                renew(name);
            }
            look(monitor);
        }
    }

    private List<Taint> evicting(String name) {
        return Taints.of(node(name)).stream().filter(NodeTaints::evicts).toList();
    }

    @Test
    void aSilentNodeTurnsUnknownAfterTheGracePeriodAndNotBefore() {
        create("quiet", "a");
        create("loud", "a");
        harness.api(ResourceTypes.PODS).create(withNode(1, "quiet"));
        NodeMonitor monitor = monitor();
        look(monitor);
        passAndLook(monitor, Duration.ofSeconds(50), "loud");
        assertThat(NodeConditions.status(node("quiet"), "Ready")).isEqualTo("True");
        passAndLook(monitor, Duration.ofSeconds(5), "loud");
        assertThat(NodeConditions.get(node("quiet"), "Ready")).hasValueSatisfying(condition -> {
            assertThat(condition.getStatus()).isEqualTo("Unknown");
            assertThat(condition.getReason()).isEqualTo("NodeStatusUnknown");
            assertThat(condition.getMessage()).isEqualTo("Kubelet stopped posting node status.");
        });
        assertThat(NodeConditions.get(node("quiet"), "MemoryPressure"))
                .hasValueSatisfying(
                        condition -> assertThat(condition.getReason()).isEqualTo("NodeStatusNeverUpdated"));
        assertThat(NodeConditions.status(node("loud"), "Ready")).isEqualTo("True");
        assertThat(PodStates.isReady(harness.get(ResourceTypes.PODS, "web-1"))).isFalse();
        assertThat(evicting("quiet")).singleElement().satisfies(taint -> {
            assertThat(taint.getKey()).isEqualTo("node.kubernetes.io/unreachable");
            assertThat(taint.getEffect()).isEqualTo("NoExecute");
            assertThat(taint.getTimeAdded()).isNotNull();
        });
        assertThat(harness.events().lines())
                .contains(
                        "Normal RegisteredNode Node quiet event: Registered Node quiet in Controller",
                        "Normal NodeNotReady Node quiet status is now: NodeNotReady",
                        "Warning NodeNotReady Node is not ready");
    }

    private static io.fabric8.kubernetes.api.model.Pod withNode(int number, String node) {
        return new io.fabric8.kubernetes.api.model.PodBuilder(Services.pod(number, true))
                .editSpec()
                .withNodeName(node)
                .endSpec()
                .build();
    }

    @Test
    void aNodeThatComesBackLosesTheTaint() {
        create("quiet", "a");
        create("loud", "a");
        NodeMonitor monitor = monitor();
        look(monitor);
        passAndLook(monitor, Duration.ofSeconds(55), "loud");
        assertThat(evicting("quiet")).hasSize(1);
        Node back = new NodeBuilder(node("quiet"))
                .withStatus(Nodes.node("quiet", "a", "True").getStatus())
                .build();
        harness.api(ResourceTypes.NODES).updateStatus(back);
        eventually()
                .until(() -> harness.caches()
                        .nodes()
                        .lister()
                        .get(ObjectKey.of("quiet"))
                        .filter(found -> NodeConditions.status(found, "Ready").equals("True"))
                        .isPresent());
        passAndLook(monitor, PERIOD, "loud", "quiet");
        assertThat(evicting("quiet")).isEmpty();
    }

    @Test
    void noMoreThanOneNodeInTenSecondsIsTaintedToEvict() {
        for (String name : List.of("one", "two", "loud", "loud2", "loud3")) {
            create(name, "a");
        }
        NodeMonitor monitor = monitor();
        look(monitor);
        passAndLook(monitor, Duration.ofSeconds(55), "loud", "loud2", "loud3");
        assertThat(evicting("one").size() + evicting("two").size()).isEqualTo(1);
        passAndLook(monitor, Duration.ofSeconds(10), "loud", "loud2", "loud3");
        assertThat(evicting("one").size() + evicting("two").size()).isEqualTo(2);
    }

    @Test
    void nobodyIsEvictedWhileAllNodesAreDown() {
        create("one", "a");
        create("two", "b");
        NodeMonitor monitor = monitor();
        look(monitor);
        passAndLook(monitor, Duration.ofMinutes(2));
        assertThat(NodeConditions.status(node("one"), "Ready")).isEqualTo("Unknown");
        assertThat(evicting("one")).isEmpty();
        assertThat(evicting("two")).isEmpty();
    }

    @Test
    void conditionsAndCordonBecomeTaintsAndLeaveOtherTaintsAlone() {
        harness.run(NodeLifecycleController::new);
        Node node = new NodeBuilder(Nodes.node("one", "a", "False"))
                .editSpec()
                .withUnschedulable(true)
                .addNewTaint()
                .withKey("mine")
                .withEffect("NoSchedule")
                .endTaint()
                .endSpec()
                .editStatus()
                .addNewCondition()
                .withType("DiskPressure")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
        harness.api(ResourceTypes.NODES).create(node);
        eventually()
                .untilAsserted(() -> assertThat(Taints.of(node("one")))
                        .extracting(Taint::getKey)
                        .contains(
                                "mine",
                                "node.kubernetes.io/not-ready",
                                "node.kubernetes.io/unschedulable",
                                "node.kubernetes.io/disk-pressure"));
        harness.change(
                ResourceTypes.NODES,
                node,
                fresh -> new NodeBuilder(fresh)
                        .editSpec()
                        .withUnschedulable(null)
                        .endSpec()
                        .withStatus(Nodes.node("one", "a", "True").getStatus())
                        .build());
        eventually()
                .untilAsserted(() -> assertThat(Taints.of(node("one")).stream()
                                .filter(taint -> taint.getEffect().equals("NoSchedule")))
                        .extracting(Taint::getKey)
                        .containsExactly("mine"));
    }

    @Test
    void aZoneIsPartlyDisruptedFromMoreThanTwoNodesAndHalfOfThemOn() {
        var settings = Harness.settings();
        assertThat(ZoneState.of(3, 2, settings)).isEqualTo(ZoneState.NORMAL);
        assertThat(ZoneState.of(2, 3, settings)).isEqualTo(ZoneState.PARTIAL_DISRUPTION);
        assertThat(ZoneState.of(0, 1, settings)).isEqualTo(ZoneState.FULL_DISRUPTION);
        assertThat(ZoneState.PARTIAL_DISRUPTION.evictionRate(20, settings)).isZero();
        assertThat(ZoneState.PARTIAL_DISRUPTION.evictionRate(51, settings)).isEqualTo(0.01);
    }
}
