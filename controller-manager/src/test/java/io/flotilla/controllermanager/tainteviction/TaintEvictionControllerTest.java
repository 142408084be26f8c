package io.flotilla.controllermanager.tainteviction;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.controllermanager.controller.Taints;
import io.flotilla.controllermanager.endpointslice.Services;
import io.flotilla.controllermanager.nodelifecycle.Nodes;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaintEvictionControllerTest {
    private final Harness harness = new Harness();

    @AfterEach
    void stop() {
        harness.close();
    }

    private static Toleration unreachable(Long seconds) {
        return new TolerationBuilder()
                .withKey(Taints.UNREACHABLE)
                .withOperator("Exists")
                .withEffect(Taints.NO_EXECUTE)
                .withTolerationSeconds(seconds)
                .build();
    }

    private static Pod pod(int number, Toleration... tolerations) {
        return new PodBuilder(Services.pod(number, true))
                .editSpec()
                .withTolerations(tolerations)
                .endSpec()
                .build();
    }

    private void taint(Node node) {
        harness.change(
                ResourceTypes.NODES,
                node,
                fresh -> new NodeBuilder(fresh)
                        .editSpec()
                        .withTaints(Taints.of(Taints.UNREACHABLE, Taints.NO_EXECUTE))
                        .endSpec()
                        .build());
    }

    @Test
    void deletesPodsWhenTheirTolerationRunsOutAndSparesThoseThatTolerateForEver() {
        Node node = harness.api(ResourceTypes.NODES).create(Nodes.node("node-1", "a", "True"));
        harness.runIn(harness.timelessContext(), TaintEvictionController::new);
        harness.api(ResourceTypes.PODS).create(pod(1));
        harness.api(ResourceTypes.PODS).create(pod(2, unreachable(1L)));
        harness.api(ResourceTypes.PODS).create(pod(3, unreachable(null)));
        taint(node);
        eventually().until(() -> !harness.exists(ResourceTypes.PODS, "web-1"));
        assertThat(harness.exists(ResourceTypes.PODS, "web-2")).isTrue();
        // Again and again: its time runs from when the controller first sees that it has to go.
        eventually().until(() -> {
            harness.pass(Duration.ofSeconds(1));
            return !harness.exists(ResourceTypes.PODS, "web-2");
        });
        assertThat(harness.exists(ResourceTypes.PODS, "web-3")).isTrue();
        assertThat(harness.events().lines())
                .contains(
                        "Normal TaintManagerEviction Marking for deletion Pod default/web-1",
                        "Normal TaintManagerEviction Marking for deletion Pod default/web-2");
    }

    @Test
    void sparesThePodsOfANodeThatRecoversInTime() throws InterruptedException {
        Node node = harness.api(ResourceTypes.NODES).create(Nodes.node("node-1", "a", "True"));
        ControllerContext context = harness.timelessContext();
        CountDownLatch sentenced = new CountDownLatch(1);
        LongSupplier nanoTime = () -> {
            sentenced.countDown();
            return context.nanoTime().getAsLong();
        };
        harness.runIn(
                new ControllerContext(
                        context.client(),
                        context.caches(),
                        context.events(),
                        context.clock(),
                        nanoTime,
                        context.settings()),
                TaintEvictionController::new);
        harness.api(ResourceTypes.PODS).create(pod(1, unreachable(3600L)));
        taint(node);
        sentenced.await();
        harness.change(
                ResourceTypes.NODES,
                node,
                fresh -> new NodeBuilder(fresh)
                        .editSpec()
                        .withTaints(List.of())
                        .endSpec()
                        .build());
        eventually()
                .untilAsserted(() -> assertThat(harness.events().lines())
                        .contains("Normal TaintManagerEviction Cancelling deletion of Pod default/web-1"));
        assertThat(harness.exists(ResourceTypes.PODS, "web-1")).isTrue();
    }

    @Test
    void theShortestTolerationCounts() {
        var taints = List.of(
                Taints.of(Taints.UNREACHABLE, Taints.NO_EXECUTE), Taints.of(Taints.NOT_READY, Taints.NO_EXECUTE));
        Toleration all = new TolerationBuilder().withOperator("Exists").build();
        assertThat(Patience.of(pod(1, unreachable(300L)), taints)).contains(Duration.ZERO);
        assertThat(Patience.of(pod(1, unreachable(300L), all), taints)).contains(Duration.ofMinutes(5));
        assertThat(Patience.of(pod(1, all), taints)).isEmpty();
    }
}
