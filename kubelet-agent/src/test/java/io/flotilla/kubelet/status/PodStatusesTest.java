package io.flotilla.kubelet.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.flotilla.kubelet.cri.ContainerView;
import io.flotilla.kubelet.cri.PodView;
import io.flotilla.kubelet.cri.SandboxView;
import io.flotilla.kubelet.time.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PodStatusesTest {
    private static final ProbeResults READY = new ProbeResults() {
        @Override
        public boolean isStarted(String containerName, String containerId) {
            return true;
        }

        @Override
        public boolean isReady(String containerName, String containerId) {
            return true;
        }
    };

    private final TestClock clock = new TestClock();
    private final PodStatuses statuses = new PodStatuses("fake", "10.0.0.1", clock);
    private final WaitingReasons reasons = new WaitingReasons();

    /** Containers as {@code name=state}: running, created, exit code, or nothing at all ({@code -}); init ones as i1, side1. */
    private static PodView view(String containers) {
        List<ContainerView> views = new ArrayList<>();
        for (String part : containers.split(" ")) {
            String[] pair = part.split("=");
            if (pair[1].equals("-")) {
                continue;
            }
            ContainerView.State state = switch (pair[1]) {
                case "running" -> ContainerView.State.RUNNING;
                case "created" -> ContainerView.State.CREATED;
                default -> ContainerView.State.EXITED;
            };
            views.add(container(
                    pair[0],
                    state,
                    state == ContainerView.State.EXITED ? Integer.parseInt(pair[1]) : 0,
                    0,
                    pair[0] + "-id"));
        }
        return new PodView(
                "u",
                "default",
                "p",
                List.of(new SandboxView("s", true, Instant.EPOCH, 0, List.of("10.1.0.5"), false)),
                views);
    }

    private static ContainerView container(
            String name, ContainerView.State state, int exitCode, int restarts, String id) {
        return new ContainerView(
                id,
                "s",
                name,
                state,
                Instant.ofEpochSecond(restarts),
                Instant.ofEpochSecond(100),
                Instant.ofEpochSecond(200),
                exitCode,
                "",
                "",
                "busybox",
                "sha256:1",
                restarts,
                "",
                -1,
                "",
                "",
                Optional.empty());
    }

    private static Pod pod(String restartPolicy, String containers) {
        List<Container> init = new ArrayList<>();
        List<Container> regular = new ArrayList<>();
        for (String part : containers.split(" ")) {
            String name = part.split("=")[0];
            ContainerBuilder container = new ContainerBuilder().withName(name).withImage("busybox");
            if (name.startsWith("side")) {
                init.add(container.withRestartPolicy("Always").build());
            } else if (name.startsWith("i")) {
                init.add(container.build());
            } else {
                regular.add(container.build());
            }
        }
        return new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("default")
                .withUid("u")
                .withGeneration(3L)
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy(restartPolicy)
                .withInitContainers(init)
                .withContainers(regular)
                .endSpec()
                .build();
    }

    private PodStatus derive(Pod pod, PodView view, boolean ended) {
        return statuses.derive(pod, view, new PodStatus(), reasons, READY, ended);
    }

    @ParameterizedTest(name = "{0}: {1}, ended {2} -> {3}")
    @CsvSource(textBlock = """
                    Always,    a=-,                   false, Pending
                    Always,    a=created,             false, Pending
                    Always,    a=running,             false, Running
                    Always,    a=running b=-,         false, Pending
                    Always,    a=running b=1,         false, Running
                    Always,    a=0 b=0,               false, Running
                    Always,    a=1,                   false, Running
                    Always,    a=0,                   true,  Succeeded
                    Always,    a=143,                 true,  Failed
                    OnFailure, a=1 b=0,               false, Running
                    OnFailure, a=0 b=0,               false, Succeeded
                    OnFailure, a=0 b=running,         false, Running
                    OnFailure, a=1 b=0,               true,  Failed
                    Never,     a=0 b=0,               false, Succeeded
                    Never,     a=0 b=1,               false, Failed
                    Never,     a=0 b=running,         false, Running
                    Never,     i1=1 a=-,              false, Failed
                    Always,    i1=1 a=-,              false, Pending
                    Always,    i1=running a=-,        false, Pending
                    Always,    i1=0 a=-,              false, Pending
                    Always,    i1=0 a=running,        false, Running
                    Always,    side1=running a=-,     false, Pending
                    Always,    side1=running a=running, false, Running
                    Never,     side1=running a=0,     false, Succeeded
                    Always,    a=-,                   true,  Failed
                    """)
    void thePhaseFollowsFromTheContainers(String policy, String containers, boolean ended, String phase) {
        assertThat(derive(pod(policy, containers), view(containers), ended).getPhase())
                .isEqualTo(phase);
    }

    @Test
    void aTerminalPhaseStays() {
        PodStatus before = new PodStatus();
        before.setPhase("Failed");
        before.setReason("Evicted");

        PodStatus now = statuses.derive(pod("Always", "a=running"), view("a=running"), before, reasons, READY, false);

        assertThat(now.getPhase()).isEqualTo("Failed");
        assertThat(now.getReason()).isEqualTo("Evicted");
    }

    @Test
    void aContainerThatWasNeverStartedWaits() {
        assertThat(waiting(derive(pod("Always", "a=-"), view("a=-"), false), "a"))
                .isEqualTo("ContainerCreating");
        assertThat(waiting(derive(pod("Always", "i1=- a=-"), view("i1=-"), false), "a"))
                .isEqualTo("PodInitializing");
    }

    private static String waiting(PodStatus status, String name) {
        return container(status, name).getState().getWaiting().getReason();
    }

    private static ContainerStatus container(PodStatus status, String name) {
        return status.getContainerStatuses().stream()
                .filter(container -> container.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aCrashLoopShowsTheLastEndAndWhyItWaits() {
        reasons.set("a", "CrashLoopBackOff", "back-off 10s restarting failed container=a pod=p_default(u)");

        ContainerStatus status = container(derive(pod("Always", "a=3"), view("a=3"), false), "a");

        assertThat(status.getState().getWaiting().getReason()).isEqualTo("CrashLoopBackOff");
        assertThat(status.getState().getTerminated()).isNull();
        assertThat(status.getLastState().getTerminated().getExitCode()).isEqualTo(3);
        assertThat(status.getLastState().getTerminated().getReason()).isEqualTo("Error");
    }

    @Test
    void theInstanceBeforeIsTheLastState() {
        PodView view = new PodView(
                "u",
                "default",
                "p",
                List.of(),
                List.of(
                        container("a", ContainerView.State.RUNNING, 0, 1, "second"),
                        container("a", ContainerView.State.EXITED, 7, 0, "first")));

        ContainerStatus status = container(derive(pod("Always", "a=running"), view, false), "a");

        assertThat(status.getRestartCount()).isEqualTo(1);
        assertThat(status.getContainerID()).isEqualTo("fake://second");
        assertThat(status.getLastState().getTerminated().getContainerID()).isEqualTo("fake://first");
        assertThat(status.getReady()).isTrue();
    }

    @Test
    void aContainerThatTheRuntimeLostIsCountedAsRestarted() {
        Pod pod = pod("Always", "a=running");
        PodStatus before = derive(pod, view("a=running"), false);

        ContainerStatus status = container(statuses.derive(pod, view("a=-"), before, reasons, READY, false), "a");

        assertThat(status.getRestartCount()).isEqualTo(1);
        assertThat(status.getLastState().getTerminated().getReason()).isEqualTo("ContainerStatusUnknown");
        assertThat(status.getState().getWaiting()).isNotNull();
    }

    @ParameterizedTest(name = "{0} -> {1} {2} {3}")
    @CsvSource(textBlock = """
                    a=running,        Ready,           True,  '', ''
                    a=running b=-,    Ready,           False, ContainersNotReady, 'containers with unready status: [b]'
                    a=- b=-,          ContainersReady, False, ContainersNotReady, 'containers with unready status: [a b]'
                    a=running,        Initialized,     True,  '', ''
                    i1=- i2=- a=-,    Initialized,     False, ContainersNotInitialized, 'containers with incomplete status: [i1 i2]'
                    i1=0 i2=running a=-, Initialized,  False, ContainersNotInitialized, 'containers with incomplete status: [i2]'
                    i1=0 a=running,   Initialized,     True,  '', ''
                    a=running,        PodReadyToStartContainers, True, '', ''
                    a=running,        PodScheduled,    True,  '', ''
                    """)
    void conditionsSayWhatIsMissing(String containers, String type, String status, String reason, String message) {
        PodCondition condition = condition(derive(pod("Always", containers), view(containers), false), type);

        assertThat(condition.getStatus()).isEqualTo(status);
        assertThat(condition.getReason()).isEqualTo(reason.isEmpty() ? null : reason);
        assertThat(condition.getMessage()).isEqualTo(message.isEmpty() ? null : message);
        assertThat(condition.getObservedGeneration()).isEqualTo(3);
    }

    @ParameterizedTest(name = "{0}={1} -> {2}")
    @CsvSource({"a=0, Ready, PodCompleted", "a=1, Ready, PodFailed", "a=0, Initialized, PodCompleted"})
    void conditionsOfAnEndedPodSayHowItEnded(String containers, String type, String reason) {
        assertThat(condition(derive(pod("Never", containers), view(containers), false), type)
                        .getReason())
                .isEqualTo(reason);
    }

    private static PodCondition condition(PodStatus status, String type) {
        return status.getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aTransitionTimeChangesOnlyWithTheStatus() {
        Pod pod = pod("Always", "a=running");
        PodStatus first = derive(pod, view("a=-"), false);
        clock.advance(Duration.ofSeconds(5));
        PodStatus second = statuses.derive(pod, view("a=running"), first, reasons, READY, false);

        assertThat(condition(second, "Ready").getLastTransitionTime()).isEqualTo("2026-01-01T00:00:05Z");
        assertThat(condition(second, "PodScheduled").getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(second.getStartTime()).isEqualTo(first.getStartTime());
    }

    @Test
    void aReadinessGateThatNobodySetKeepsThePodUnready() {
        Pod pod = new PodBuilder(pod("Always", "a=running"))
                .editSpec()
                .addNewReadinessGate("example.com/lb")
                .endSpec()
                .build();

        PodCondition ready = condition(derive(pod, view("a=running"), false), "Ready");

        assertThat(ready.getReason()).isEqualTo("ReadinessGatesNotReady");
        assertThat(ready.getMessage())
                .isEqualTo("corresponding condition of pod readiness gate \"example.com/lb\" does not exist.");
    }

    @Test
    void addressesComeFromTheSandbox() {
        PodStatus status = derive(pod("Always", "a=running"), view("a=running"), false);

        assertThat(status.getPodIP()).isEqualTo("10.1.0.5");
        assertThat(status.getHostIP()).isEqualTo("10.0.0.1");
        assertThat(status.getQosClass()).isEqualTo("BestEffort");
        assertThat(status.getObservedGeneration()).isEqualTo(3);
    }
}
