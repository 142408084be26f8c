package io.flotilla.kubelet.runtime.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriLabels;
import io.flotilla.kubelet.runtime.process.Node;
import io.flotilla.kubelet.runtime.process.Session;
import io.flotilla.kubelet.stats.UsageCounters;
import io.flotilla.proto.cri.ContainerConfig;
import io.flotilla.proto.cri.ContainerEventResponse;
import io.flotilla.proto.cri.ContainerEventType;
import io.flotilla.proto.cri.ContainerState;
import io.flotilla.proto.cri.GetEventsRequest;
import io.flotilla.proto.cri.ListContainersRequest;
import io.flotilla.proto.cri.RuntimeServiceGrpc;
import io.flotilla.proto.node.ContainerUsage;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimRuntimeTest {

    @TempDir
    Path directory;

    private Node node;

    @BeforeEach
    void open() throws IOException {
        node = new Node(SimRuntime.open(directory.resolve("runtime")), directory.resolve("logs"));
        node.podCidr("10.1.0.0/16");
    }

    @AfterEach
    void close() {
        node.close();
    }

    private void reopen() throws IOException {
        node.close();
        open();
    }

    private String pod(String name, Map<String, String> annotations) {
        return node.run(
                node.pod(name).toBuilder().putAllAnnotations(annotations).build());
    }

    private static ContainerConfig container(int attempt) {
        var container = Node.container("main", "registry.example/any/image:1");
        container.getMetadataBuilder().setAttempt(attempt);
        return container.build();
    }

    @Test
    void aContainerRunsUntilItIsStopped() {
        String id = node.createAndStart(pod("a", Map.of()), container(0));
        assertThat(node.status(id).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        node.stop(id, 10);
        assertThat(node.status(id).getExitCode()).isZero();
        assertThat(node.status(id).getReason()).isEqualTo("Completed");
    }

    @Test
    void oneThatTakesLongerThanItsGraceIsKilled() {
        String id = node.createAndStart(pod("a", Map.of("sim.flotilla.io/stop-delay", "1m")), container(0));
        node.stop(id, 0);
        assertThat(node.status(id).getExitCode()).isEqualTo(137);
    }

    @Test
    void annotationsSayWhenAndHowItEndsAndWhatItWrites() throws IOException {
        String id = node.createAndStart(
                pod(
                        "a",
                        Map.of(
                                "sim.flotilla.io/run-for", "50ms",
                                "sim.flotilla.io/exit-code", "7",
                                "sim.flotilla.io/exit-code.other", "8",
                                "sim.flotilla.io/log-lines", "one|two")),
                container(0));
        assertThat(node.awaitExit(id).getExitCode()).isEqualTo(7);
        assertThat(node.logLines("a", "main")).containsExactly("stdout F one", "stdout F two");
    }

    @Test
    void aContainerUsesWhatItsAnnotationsSayWhileItRuns() {
        String pod = pod("a", Map.of("sim.flotilla.io/cpu", "500m", "sim.flotilla.io/memory", "64Mi"));
        var counters = new UsageCounters(new Cri(node.runtime().channel()), Clock.systemUTC());
        String id = node.createAndStart(
                pod,
                container(0).toBuilder()
                        .putLabels(CriLabels.POD_NAMESPACE, "default")
                        .putLabels(CriLabels.POD_NAME, "a")
                        .putLabels(CriLabels.CONTAINER_NAME, "main")
                        .build());
        ContainerUsage first = counters.now().getContainers(0);
        assertThat(List.of(first.getNamespace(), first.getPod(), first.getContainer(), first.getId()))
                .containsExactly("default", "a", "main", id);
        assertThat(first.getUsage().getWorkingSetBytes()).isEqualTo(64 << 20);
        ContainerUsage second = await().until(
                        () -> counters.now().getContainers(0),
                        later -> later.getUsage().getTime() > first.getUsage().getTime());
        assertThat(second.getUsage().getCpuCoreNanos() - first.getUsage().getCpuCoreNanos())
                .isCloseTo((second.getUsage().getTime() - first.getUsage().getTime()) / 2, within(1L));
        node.stop(id, 10);
        assertThat(counters.now().getContainersList()).isEmpty();
        assertThat(counters.now().getNode().getWorkingSetBytes()).isPositive();
        assertThat(counters.now().getNode().getCpuCoreNanos()).isPositive();
    }

    @Test
    void theFirstAttemptsOfACrashLoopFailAndThenOneStays() {
        String pod = pod("a", Map.of("sim.flotilla.io/crash-loop", "2", "sim.flotilla.io/run-for", "1ms"));
        assertThat(node.awaitExit(node.createAndStart(pod, container(0))).getExitCode())
                .isEqualTo(1);
        assertThat(node.awaitExit(node.createAndStart(pod, container(1))).getExitCode())
                .isEqualTo(1);
        String third = node.createAndStart(pod, container(2));
        assertThat(node.status(third).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    }

    @Test
    void probesAnswerInTurnAndExecSaysWhatItWasTold() throws Exception {
        String id = node.createAndStart(pod("a", Map.of("sim.flotilla.io/probe-results", "ok,fail,ok")), container(0));
        List<Integer> codes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            codes.add(node.exec(id, "sim-probe").getExitCode());
        }
        assertThat(codes).containsExactly(0, 1, 0, 0);
        var session = Session.exec(node.runtime().channel(), id, false, "echo", "hello");
        assertThat(session.exitCode()).isZero();
        assertThat(session.stdout()).isEqualTo("echo hello\n");
    }

    @Test
    void scriptedFailuresOfPullAndStartCarryTheirText() {
        String pod = pod("a", Map.of("sim.flotilla.io/start-error", "no such program"));
        String id = node.create(pod, container(0));
        assertThatThrownBy(() -> node.start(id)).hasMessageContaining("no such program");
        assertThat(node.status(id).getReason()).isEqualTo("StartError");
        String bad = pod("b", Map.of("sim.flotilla.io/run-for", "soon"));
        String refused = node.create(bad, container(0));
        assertThatThrownBy(() -> node.start(refused)).hasMessageContaining("sim.flotilla.io/run-for: \"soon\"");
    }

    @Test
    void aNewAgentAdoptsContainersEndsAndTimers() throws IOException {
        String pod = pod("a", Map.of("sim.flotilla.io/run-for.brief", "10ms"));
        String stays = node.createAndStart(pod, container(0));
        String brief =
                node.createAndStart(pod, Node.container("brief", "busybox").build());
        var end = node.awaitExit(brief);
        var started = node.status(stays).getStartedAt();
        String waiting = node.createAndStart(
                pod("b", Map.of("sim.flotilla.io/run-for", "300ms", "sim.flotilla.io/exit-code", "3")), container(0));
        String gone = pod("c", Map.of());
        node.removePod(gone);

        reopen();

        assertThat(node.status(stays).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        assertThat(node.status(stays).getStartedAt()).isEqualTo(started);
        assertThat(node.status(brief)).isEqualTo(end);
        assertThat(node.awaitExit(waiting).getExitCode()).isEqualTo(3);
        assertThat(node.address(pod)).isEqualTo("10.1.0.2");
        assertThatThrownBy(() -> node.address(gone)).hasMessageContaining("NOT_FOUND");
    }

    @Test
    void eventsTellEachStepWithTheStateOfThePod() {
        var events = new CopyOnWriteArrayList<ContainerEventResponse>();
        var stream = RuntimeServiceGrpc.newBlockingStub(node.runtime().channel())
                .getContainerEvents(GetEventsRequest.getDefaultInstance());
        Thread.ofVirtual().start(() -> {
            try {
                stream.forEachRemaining(events::add);
            } catch (io.grpc.StatusRuntimeException e) {
                // The runtime closed.
            }
        });
        // Subscribed once an event comes through.
        await().until(() -> {
            String pod = pod("warm-up-" + events.size() + System.nanoTime(), Map.of());
            node.createAndStart(pod, container(0));
            return !events.isEmpty();
        });
        events.clear();
        String pod = pod("a", Map.of());
        String id = node.createAndStart(pod, container(0));
        node.stop(id, 1);
        node.remove(id);

        await().untilAsserted(() -> assertThat(events.stream()
                        .filter(event -> event.getContainerId().equals(id))
                        .map(ContainerEventResponse::getContainerEventType))
                .containsExactly(
                        ContainerEventType.CONTAINER_CREATED_EVENT,
                        ContainerEventType.CONTAINER_STARTED_EVENT,
                        ContainerEventType.CONTAINER_STOPPED_EVENT,
                        ContainerEventType.CONTAINER_DELETED_EVENT));
        assertThat(events.getLast().getPodSandboxStatus().getId()).isEqualTo(pod);
    }

    @Test
    void whoListensToEventsIsToldOnceItMissesNone() throws Exception {
        var listens = new CountDownLatch(1);
        var heard = new CountDownLatch(1);
        var call =
                node.runtime().channel().newCall(RuntimeServiceGrpc.getGetContainerEventsMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onHeaders(Metadata headers) {
                        listens.countDown();
                    }

                    @Override
                    public void onMessage(ContainerEventResponse event) {
                        heard.countDown();
                    }
                },
                new Metadata());
        call.sendMessage(GetEventsRequest.getDefaultInstance());
        call.halfClose();
        call.request(1);

        assertThat(listens.await(2, TimeUnit.MINUTES)).isTrue();
        node.create(pod("a", Map.of()), container(0));

        assertThat(heard.await(2, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void thousandsOfPodsRunWithoutAThreadEach() {
        for (int i = 0; i < 3000; i++) {
            node.createAndStart(pod("p" + i, Map.of("sim.flotilla.io/run-for", "1h")), container(0));
        }
        assertThat(node.cri()
                        .listContainers(ListContainersRequest.getDefaultInstance())
                        .getContainersCount())
                .isEqualTo(3000);
        assertThat(Thread.getAllStackTraces()).hasSizeLessThan(300);
    }
}
