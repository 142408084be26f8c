package io.flotilla.kubelet.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.flotilla.proto.cri.ExecSyncResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pods from the API to a runtime in memory and back. */
@Timeout(300)
final class PodWorkersIT {
    @TempDir
    private Path root;

    private WorkerFixture node = WorkerFixture.none();

    @BeforeEach
    void start() {
        node = new WorkerFixture(root);
        node.start();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static PodBuilder pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withNodeName(WorkerFixture.NODE)
                .withRestartPolicy("Always")
                .withTerminationGracePeriodSeconds(5L)
                .addNewContainer()
                .withName("c")
                .withImage("nginx:1")
                .endContainer()
                .endSpec();
    }

    private PodStatus status(String name) {
        return node.pod(name).map(Pod::getStatus).orElseGet(PodStatus::new);
    }

    private ContainerStatus container(String name) {
        return status(name).getContainerStatuses().stream().findFirst().orElseGet(ContainerStatus::new);
    }

    private void awaitReady(String name) {
        await().until(() -> Boolean.TRUE.equals(container(name).getReady()));
    }

    @Test
    void aPodBecomesRunningAndReadyWithTheEventsOfKubernetes() {
        node.create(pod("web").build());

        awaitReady("web");
        assertThat(status("web").getPhase()).isEqualTo("Running");
        assertThat(status("web").getPodIP()).startsWith("127.1.0.");
        assertThat(container("web").getContainerID()).startsWith("fake://");
        assertThat(node.events())
                .contains(
                        "Normal Pulling Pulling image \"nginx:1\"",
                        "Normal Created Container created",
                        "Normal Started Container started")
                .anyMatch(line -> line.startsWith("Normal Pulled Successfully pulled image \"nginx:1\" in "));
    }

    @Test
    void aDeletedPodIsStoppedWithinItsGraceAndThenGone() {
        node.create(pod("web").build());
        awaitReady("web");

        node.deleteGracefully("web", 5);

        await().until(() -> node.pod("web").isEmpty());
        assertThat(node.runtime().calls).contains("stop c 5");
        assertThat(node.events()).contains("Normal Killing Stopping container c");
        await().until(() -> node.runtime().sandboxCount() == 0 && node.runtime().containerCount() == 0);
        await().until(() -> !Files.exists(root.resolve("pods")) || isEmpty(root.resolve("pods")));
    }

    private static boolean isEmpty(Path directory) throws java.io.IOException {
        try (var files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    @Test
    void aFailedContainerIsRestartedAtOnceAndThenBackedOff() {
        node.create(pod("crash").build());
        awaitReady("crash");

        node.runtime().exit("c", 3);
        await().until(() ->
                Optional.ofNullable(container("crash").getRestartCount()).orElse(0) == 1
                        && node.runtime().isRunning("c"));
        node.runtime().exit("c", 3);

        await().until(() -> container("crash").getState() != null
                && container("crash").getState().getWaiting() != null);
        ContainerStatus status = container("crash");
        String uid = node.pod("crash").orElseThrow().getMetadata().getUid();
        assertThat(status.getState().getWaiting().getReason()).isEqualTo("CrashLoopBackOff");
        assertThat(status.getState().getWaiting().getMessage())
                .isEqualTo("back-off 10s restarting failed container=c pod=crash_default(" + uid + ")");
        assertThat(status.getLastState().getTerminated().getExitCode()).isEqualTo(3);
        assertThat(status("crash").getPhase()).isEqualTo("Running");
        assertThat(node.events())
                .contains("Warning BackOff Back-off restarting failed container c in pod crash_default(" + uid + ")");
    }

    @Test
    void aPodThatIsNotRestartedEndsInItsOutcome() {
        node.create(pod("job").editSpec().withRestartPolicy("Never").endSpec().build());
        awaitReady("job");

        node.runtime().exit("c", 0);

        await().until(() -> "Succeeded".equals(status("job").getPhase()));
        assertThat(container("job").getState().getTerminated().getReason()).isEqualTo("Completed");
        // The outcome is told first.
        await().untilAsserted(() -> assertThat(node.runtime().calls).contains("stop-sandbox"));
        assertThat(node.pod("job")).isPresent();
    }

    @Test
    void initContainersRunOneAfterAnotherBeforeTheOthers() {
        node.create(pod("init")
                .editSpec()
                .addNewInitContainer()
                .withName("i1")
                .withImage("nginx:1")
                .endInitContainer()
                .addNewInitContainer()
                .withName("i2")
                .withImage("nginx:1")
                .endInitContainer()
                .endSpec()
                .build());

        await().until(() -> node.runtime().isRunning("i1"));
        assertThat(node.runtime().isRunning("i2")).isFalse();
        node.runtime().exit("i1", 0);
        await().until(() -> node.runtime().isRunning("i2"));
        assertThat(node.runtime().calls).doesNotContain("start c");
        node.runtime().exit("i2", 0);

        awaitReady("init");
        assertThat(status("init").getInitContainerStatuses())
                .extracting(ContainerStatus::getReady)
                .containsExactly(true, true);
    }

    @Test
    void anImageThatIsNotThereIsBackedOff() {
        node.runtime().missingImages.add("nosuch:1");
        node.create(pod("noimage")
                .editSpec()
                .editContainer(0)
                .withImage("nosuch:1")
                .endContainer()
                .endSpec()
                .build());

        await().until(() -> container("noimage").getState() != null
                && List.of("ErrImagePull", "ImagePullBackOff")
                        .contains(String.valueOf(
                                container("noimage").getState().getWaiting().getReason())));
        assertThat(status("noimage").getPhase()).isEqualTo("Pending");
        assertThat(node.events())
                .contains(
                        "Warning Failed Failed to pull image \"nosuch:1\": rpc error: code = NotFound desc = failed to pull"
                                + " and unpack image \"nosuch:1\": not found",
                        "Warning Failed Error: ErrImagePull");
    }

    @Test
    void aMissingConfigMapHoldsTheContainerUntilItIsThere() {
        node.create(pod("config")
                .editSpec()
                .editContainer(0)
                .addNewEnvFrom()
                .withNewConfigMapRef("settings", false)
                .endEnvFrom()
                .endContainer()
                .endSpec()
                .build());
        await().until(() -> container("config").getState() != null
                && "CreateContainerConfigError"
                        .equals(container("config").getState().getWaiting().getReason()));
        assertThat(container("config").getState().getWaiting().getMessage())
                .isEqualTo("configmap \"settings\" not found");

        node.createConfigMap(new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("settings")
                .endMetadata()
                .addToData("COLOUR", "blue")
                .build());

        awaitReady("config");
        assertThat(node.runtime().created.get("c").getConfig().getEnvsList())
                .anyMatch(variable -> variable.getKey().equals("COLOUR")
                        && variable.getValue().toStringUtf8().equals("blue"));
    }

    @Test
    void aVolumeThatCannotBeMountedIsToldAndMountedLater() throws Exception {
        node.create(pod("volume")
                .editSpec()
                .addNewVolume()
                .withName("v")
                .withNewConfigMap()
                .withName("files")
                .endConfigMap()
                .endVolume()
                .editContainer(0)
                .addNewVolumeMount()
                .withName("v")
                .withMountPath("/etc/v")
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .build());
        await().until(
                        () -> node.events()
                                .contains(
                                        "Warning FailedMount MountVolume.SetUp failed for volume \"v\" : configmap \"files\" not found"));

        node.createConfigMap(new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("files")
                .endMetadata()
                .addToData("a", "1")
                .build());
        awaitReady("volume");
        Path mounted = Path.of(node.runtime().created.get("c").getConfig().getMountsList().stream()
                .filter(mount -> mount.getContainerPath().equals("/etc/v"))
                .findFirst()
                .orElseThrow()
                .getHostPath());
        assertThat(mounted.resolve("a")).hasContent("1");

        node.clock().advance(Duration.ofSeconds(1));
        node.updateConfigMap("files", "a", "2");
        // Whoever reads while the link is swapped may find nothing.
        await().ignoreException(NoSuchFileException.class)
                .until(() -> Files.readString(mounted.resolve("a")).equals("2"));
    }

    @Test
    void aFailedLivenessProbeRestartsTheContainer() {
        node.create(pod("live")
                .editSpec()
                .editContainer(0)
                .withNewLivenessProbe()
                .withNewExec()
                .withCommand("check")
                .endExec()
                .withPeriodSeconds(1)
                .withFailureThreshold(1)
                .endLivenessProbe()
                .endContainer()
                .endSpec()
                .build());
        awaitReady("live");

        node.runtime().exec = _ -> ExecSyncResponse.newBuilder().setExitCode(1).build();

        await().until(() ->
                Optional.ofNullable(container("live").getRestartCount()).orElse(0) > 0);
        assertThat(node.events())
                .contains(
                        "Normal Killing Container c failed liveness probe, will be restarted",
                        "Warning Unhealthy Liveness probe failed: ");
    }

    @Test
    void readinessFollowsItsProbe() {
        node.runtime().exec = _ -> ExecSyncResponse.newBuilder().setExitCode(1).build();
        node.create(pod("ready")
                .editSpec()
                .editContainer(0)
                .withNewReadinessProbe()
                .withNewExec()
                .withCommand("check")
                .endExec()
                .withPeriodSeconds(1)
                .endReadinessProbe()
                .endContainer()
                .endSpec()
                .build());
        await().until(() -> "Running".equals(status("ready").getPhase()));
        assertThat(container("ready").getReady()).isFalse();

        node.runtime().exec = _ -> ExecSyncResponse.getDefaultInstance();

        awaitReady("ready");
    }

    @Test
    void aRestartedAgentAdoptsWhatRuns() {
        node.create(pod("web").build());
        awaitReady("web");
        String id = container("web").getContainerID();
        List<String> calls = List.copyOf(node.runtime().calls);

        node.restartAgent();
        node.create(pod("later").build());
        awaitReady("later");

        assertThat(container("web").getContainerID()).isEqualTo(id);
        assertThat(container("web").getRestartCount()).isZero();
        assertThat(node.runtime().calls.subList(0, calls.size())).isEqualTo(calls);
        assertThat(node.runtime().calls).noneMatch(call -> call.startsWith("stop"));
    }

    @Test
    void whatRunsOfAPodThatWasDeletedMeanwhileIsStopped() {
        node.create(pod("web").build());
        awaitReady("web");

        node.stopAgent();
        node.deleteAtOnce("web");
        node.startAgent();

        await().until(() -> node.runtime().sandboxCount() == 0 && node.runtime().containerCount() == 0);
    }

    @Test
    void aNewImageRestartsThatContainerOnly() {
        node.create(pod("web")
                .editSpec()
                .addNewContainer()
                .withName("other")
                .withImage("nginx:1")
                .endContainer()
                .endSpec()
                .build());
        await().until(() -> status("web").getContainerStatuses().stream()
                        .filter(c -> Boolean.TRUE.equals(c.getReady()))
                        .count()
                == 2);

        node.setImage("web", "c", "nginx:2");

        await().until(() -> "nginx:2".equals(container("web").getImage())
                && Boolean.TRUE.equals(container("web").getReady()));
        assertThat(container("web").getRestartCount()).isEqualTo(1);
        assertThat(node.events()).contains("Normal Killing Container c definition changed, will be restarted");
        assertThat(node.runtime().calls).noneMatch(call -> call.startsWith("stop other"));
    }

    @Test
    void aPodThatAsksForTooMuchIsRefused() {
        node.create(pod("large")
                .editSpec()
                .editContainer(0)
                .withNewResources()
                .addToRequests("cpu", new io.fabric8.kubernetes.api.model.Quantity("100"))
                .endResources()
                .endContainer()
                .endSpec()
                .build());

        await().until(() -> "Failed".equals(status("large").getPhase()));
        assertThat(status("large").getReason()).isEqualTo("OutOfcpu");
        assertThat(status("large").getMessage())
                .isEqualTo(
                        "Pod was rejected: Node didn't have enough resource: cpu, requested: 100000, used: 0, capacity: 4000");
    }
}
