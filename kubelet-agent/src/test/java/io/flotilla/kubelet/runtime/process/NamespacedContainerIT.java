package io.flotilla.kubelet.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flotilla.proto.cri.ContainerState;
import io.flotilla.proto.cri.Int64Value;
import io.flotilla.proto.cri.LinuxContainerConfig;
import io.flotilla.proto.cri.LinuxContainerSecurityContext;
import io.flotilla.proto.cri.Mount;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers in namespaces of their own; skipped with the reason where there are none to be had. */
class NamespacedContainerIT {

    @TempDir
    Path directory;

    private Node node;

    @BeforeEach
    void open() throws IOException {
        Requirements.namespaces();
        node = Node.open(directory, "127.90.1.0/24");
    }

    @AfterEach
    void close() {
        if (node != null) {
            node.cri()
                    .listPodSandbox(io.flotilla.proto.cri.ListPodSandboxRequest.getDefaultInstance())
                    .getItemsList()
                    .forEach(pod -> node.removePod(pod.getId()));
            node.close();
        }
    }

    @Test
    void aProgramRunsAsFirstProcessUnderThePodsNameAndItsExitCodeIsKept() throws IOException {
        String pod = node.run(node.pod("web"));
        String id = node.createAndStart(
                pod,
                Node.container(
                                "main",
                                "busybox",
                                "sh",
                                "-c",
                                "echo $$ $(hostname) $POD_IP; echo oops >/dev/stderr; exit 7")
                        .build());

        var status = node.awaitExit(id);

        assertThat(status.getExitCode()).isEqualTo(7);
        assertThat(status.getReason()).isEqualTo("Error");
        assertThat(status.getFinishedAt()).isGreaterThanOrEqualTo(status.getStartedAt());
        assertThat(node.logLines("web", "main"))
                .containsExactlyInAnyOrder("stdout F 1 web " + node.address(pod), "stderr F oops");
    }

    @Test
    void environmentReachesTheProgramUnchangedWhateverItsNames() throws IOException {
        String pod = node.run(node.pod("env"));
        String id = node.createAndStart(
                pod,
                Node.container("main", "debian", "env")
                        .addEnvs(Node.env("a.b-c", "it's \"quoted\" $HOME\nsecond line"))
                        .addEnvs(Node.env("GREETING", "grüße"))
                        .build());

        node.awaitExit(id);

        assertThat(node.logLines("env", "main"))
                .contains("stdout F a.b-c=it's \"quoted\" $HOME", "stdout F second line", "stdout F GREETING=grüße");
    }

    @Test
    void volumesAreSeenAtAnyPathAndReadOnlyOnesCannotBeWritten() throws IOException {
        Path data = Files.createDirectory(directory.resolve("da ta,1:2"));
        Files.writeString(data.resolve("index.html"), "mounted");
        Path file = Files.writeString(directory.resolve("app.conf"), "conf");
        String pod = node.run(node.pod("volumes"));
        String id = node.createAndStart(
                pod,
                Node.container(
                                "main",
                                "debian",
                                "sh",
                                "-c",
                                "cat /usr/share/some/new/place/index.html /etc/app/app.conf; echo x >/usr/share/some/new/place/y"
                                        + " && echo written; echo x >/ro/y || echo refused; echo $(ls /tmp | wc -l)")
                        .addMounts(mount(data, "/usr/share/some/new/place", false))
                        .addMounts(mount(data, "/ro", true))
                        .addMounts(mount(file, "/etc/app/app.conf", true))
                        .build());

        node.awaitExit(id);

        assertThat(node.logLines("volumes", "main"))
                .contains("stdout F mountedconfwritten", "stdout F refused", "stdout F 0");
        assertThat(data.resolve("y")).hasContent("x");
        assertThat(Path.of("/usr/share/some")).doesNotExist();
    }

    @Test
    void aVolumeBelowALinkOfTheRootIsMountedWhereTheLinkLeads() throws IOException {
        Path secret = Files.createDirectory(directory.resolve("secret"));
        Files.writeString(secret.resolve("token"), "abc");
        for (String image : List.of("debian", "busybox")) {
            String pod = node.run(node.pod("token-" + image));
            String target = "/var/run/secrets/kubernetes.io/serviceaccount";
            String id = node.createAndStart(
                    pod,
                    Node.container(
                                    "main",
                                    image,
                                    "sh",
                                    "-c",
                                    "cat " + target + "/token; touch " + target + "/x 2>/dev/null || echo refused")
                            .addMounts(mount(secret, target, true))
                            .build());

            assertThat(node.awaitExit(id).getExitCode()).isZero();
            assertThat(node.logLines("token-" + image, "main")).containsExactly("stdout F abcrefused");
        }
    }

    private static Mount mount(Path source, String target, boolean readOnly) {
        return Mount.newBuilder()
                .setHostPath(source.toString())
                .setContainerPath(target)
                .setReadonly(readOnly)
                .build();
    }

    @Test
    void userGroupsAndReadOnlyRootAreThoseOfTheSecurityContext() throws IOException {
        String pod = node.run(node.pod("user"));
        var security = LinuxContainerSecurityContext.newBuilder()
                .setRunAsUser(Int64Value.newBuilder().setValue(1234))
                .setRunAsGroup(Int64Value.newBuilder().setValue(2345))
                .addSupplementalGroups(3456)
                .setNoNewPrivs(true)
                .setReadonlyRootfs(true);
        String id = node.createAndStart(
                pod,
                Node.container(
                                "main",
                                "busybox",
                                "sh",
                                "-c",
                                "id -u; id -g; id -G; touch /x || echo refused; sleep 1000")
                        .setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security))
                        .build());

        await().untilAsserted(() -> assertThat(node.logLines("user", "main"))
                .contains("stdout F 1234", "stdout F 2345", "stdout F 2345 3456", "stdout F refused"));
        assertThat(node.exec(id, "id", "-u").getStdout().toStringUtf8()).isEqualTo("1234\n");
    }

    @Test
    void workingDirectoryIsMadeWhenTheImageHasNone() throws IOException {
        String pod = node.run(node.pod("cwd"));
        String id = node.createAndStart(
                pod,
                Node.container("main", "busybox", "sh", "-c", "pwd; sleep 1000")
                        .setWorkingDir("/srv/deep er/app")
                        .build());

        await().untilAsserted(() -> assertThat(node.logLines("cwd", "main")).contains("stdout F /srv/deep er/app"));
        assertThat(node.exec(id, "pwd").getStdout().toStringUtf8()).isEqualTo("/srv/deep er/app\n");
    }

    @Test
    void aProgramThatIsNotThereFailsTheStartInTheWordsOfRuntimes() {
        String pod = node.run(node.pod("missing"));
        String id = node.create(
                pod, Node.container("main", "busybox", "no-such-program").build());

        assertThatThrownBy(() -> node.start(id))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("exec: \"no-such-program\": executable file not found in $PATH");
        assertThat(node.status(id).getReason()).isEqualTo("StartError");
        assertThat(node.status(id).getExitCode()).isEqualTo(128);
    }

    @Test
    void stoppingAsksFirstAndKillsEverythingAfterTheGracePeriod() throws IOException {
        String pod = node.run(node.pod("stop"));
        String polite = node.createAndStart(
                pod,
                Node.container(
                                "polite",
                                "busybox",
                                "sh",
                                "-c",
                                "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done")
                        .build());
        String deaf = node.createAndStart(
                pod,
                Node.container("deaf", "busybox", "sh", "-c", "sleep 1000 & setsid sleep 1000 & wait")
                        .build());
        // The shim, its two relays, the shell and what it has started.
        await().until(() -> Requirements.processesBelow(node.shimPid(deaf)).size() >= 6);
        List<Integer> processes = Requirements.processesBelow(node.shimPid(deaf));
        // Before that it would not hear the signal.
        await().untilAsserted(() -> assertThat(node.logLines("stop", "polite")).containsExactly("stdout F ready"));

        node.stop(polite, 60);
        node.stop(deaf, 1);

        assertThat(node.status(polite).getExitCode()).isEqualTo(3);
        assertThat(node.logLines("stop", "polite")).containsExactly("stdout F ready", "stdout F bye");
        assertThat(node.status(deaf).getExitCode()).isEqualTo(137);
        await().untilAsserted(() -> assertThat(processes).noneMatch(Requirements::isAlive));
    }

    @Test
    void execEntersTheContainerAndReportsCodeOutputAndTimeout() {
        String pod = node.run(node.pod("exec"));
        String id = node.createAndStart(
                pod, Node.container("main", "busybox", "sleep", "1000").build());

        var result = node.exec(id, "sh", "-c", "hostname; echo err >&2; exit 5");
        assertThat(result.getStdout().toStringUtf8()).isEqualTo("exec\n");
        assertThat(result.getStderr().toStringUtf8()).isEqualTo("err\n");
        assertThat(result.getExitCode()).isEqualTo(5);

        assertThatThrownBy(() -> node.execWithin(1, id, "sleep", "2222"))
                .hasMessageContaining("DEADLINE_EXCEEDED")
                .hasMessageContaining("timed out");
        assertThat(node.exec(id, "ps").getStdout().toStringUtf8()).doesNotContain("2222");
        assertThatThrownBy(() -> node.exec(id, "nope"))
                .hasMessageContaining("exec: \"nope\": executable file not found in $PATH");
    }

    @Test
    void aMemoryLimitIsEnforcedAndItsVictimCalledOutOfMemory() throws IOException {
        Requirements.memoryCgroup();
        String pod = node.run(node.pod("oom"));
        String id = node.createAndStart(
                pod,
                Node.container("main", "busybox", "sh", "-c", "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done")
                        .setLinux(LinuxContainerConfig.newBuilder()
                                .setResources(io.flotilla.proto.cri.LinuxContainerResources.newBuilder()
                                        .setMemoryLimitInBytes(16 << 20)))
                        .build());

        var status = node.awaitExit(id);

        assertThat(status.getReason()).isEqualTo("OOMKilled");
        assertThat(status.getExitCode()).isEqualTo(137);
    }

    @Test
    void aHundredContainersLeaveNoProcessAndNoMountBehind() throws IOException {
        String mountsBefore = Files.readString(Path.of("/proc/self/mountinfo"));
        String pod = node.run(node.pod("many"));
        var processes = new java.util.ArrayList<Integer>();
        for (int i = 0; i < 100; i++) {
            String id = node.createAndStart(
                    pod, Node.container("c" + i, "busybox", "sleep", "1000").build());
            processes.addAll(Requirements.processesBelow(node.shimPid(id)));
        }
        assertThat(processes).hasSizeGreaterThanOrEqualTo(400);

        node.removePod(pod);

        await().untilAsserted(() -> assertThat(processes).noneMatch(Requirements::isAlive));
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).isEqualTo(mountsBefore);
        assertThat(directory.resolve("runtime/containers")).isEmptyDirectory();
        assertThat(directory.resolve("runtime/mnt")).isEmptyDirectory();
    }

    @Test
    void aContainerWhoseShimWasKilledIsEndedAndSaysSo() {
        String pod = node.run(node.pod("shim"));
        String id = node.createAndStart(
                pod, Node.container("main", "busybox", "sleep", "1000").build());
        int init = node.pid(id);

        io.flotilla.kubelet.runtime.linux.Processes.signal(node.shimPid(id), 9);

        var status = node.awaitExit(id);
        assertThat(status.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
        assertThat(status.getExitCode()).isEqualTo(255);
        assertThat(status.getReason()).isEqualTo("Unknown");
        await().until(() -> !Requirements.isAlive(init));
    }
}
