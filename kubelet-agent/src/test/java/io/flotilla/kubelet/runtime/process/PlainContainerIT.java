package io.flotilla.kubelet.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flotilla.kubelet.runtime.standin.HostPrograms;
import io.flotilla.proto.cri.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers as plain processes and without busybox, as a person without root and without it has them. */
class PlainContainerIT {

    @TempDir
    Path directory;

    private Node node;
    private String pod;

    @BeforeEach
    void open() throws IOException {
        HostPrograms withoutBusybox = name -> name.equals("busybox")
                ? Optional.empty()
                : HostPrograms.installed().find(name);
        node = new Node(
                ProcessRuntime.open(
                        directory.resolve("runtime"), withoutBusybox, new Isolation.Plain("this is a test of it")),
                directory.resolve("logs"));
        node.podCidr("127.90.4.0/24");
        pod = node.run(node.pod("plain"));
    }

    @AfterEach
    void close() {
        node.removePod(pod);
        node.close();
    }

    @Test
    void aProgramRunsWithItsEnvironmentAndItsExitCodeIsKept() throws IOException {
        String id = node.createAndStart(
                pod,
                Node.container("main", "debian", "sh", "-c", "echo $GREETING $POD_IP; pwd; exit 7")
                        .addEnvs(Node.env("GREETING", "hello"))
                        .setWorkingDir("/usr")
                        .build());
        assertThat(node.awaitExit(id).getExitCode()).isEqualTo(7);
        await().untilAsserted(() -> assertThat(node.logLines("plain", "main"))
                .containsExactly("stdout F hello " + node.address(pod), "stdout F /usr"));
    }

    @Test
    void stoppingLeavesNothingOfItsSessionBehind() {
        String id = node.createAndStart(
                pod,
                Node.container("main", "debian", "sh", "-c", "sleep 1000 & sleep 1000 & wait")
                        .build());
        await().until(() -> Requirements.processesBelow(node.pid(id)).size() == 3);
        List<Integer> processes = Requirements.processesBelow(node.shimPid(id));

        node.stop(id, 60);

        assertThat(node.status(id).getExitCode()).isEqualTo(143);
        await().untilAsserted(() -> assertThat(processes).noneMatch(Requirements::isAlive));
    }

    @Test
    void execAndAProgramThatIsNotThere() {
        String id = node.createAndStart(
                pod, Node.container("main", "debian", "sleep", "1000").build());
        assertThat(node.exec(id, "sh", "-c", "echo $POD_IP")
                        .getStdout()
                        .toStringUtf8()
                        .strip())
                .isEqualTo(node.address(pod));
        String missing = node.create(
                pod, Node.container("missing", "debian", "no-such-program").build());
        assertThatThrownBy(() -> node.start(missing))
                .hasMessageContaining("exec: \"no-such-program\": executable file not found in $PATH");
    }

    @Test
    void aVolumeAtAnotherPathIsRefusedWithTheReason() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        var elsewhere = Node.container("main", "debian", "true")
                .addMounts(Mount.newBuilder().setHostPath(data.toString()).setContainerPath("/data"));
        assertThatThrownBy(() -> node.create(pod, elsewhere.build()))
                .hasMessageContaining("cannot mount a volume at \"/data\": this is a test of it");
        var same = Node.container("same", "debian", "ls", data.toString())
                .addMounts(Mount.newBuilder().setHostPath(data.toString()).setContainerPath(data.toString()));
        assertThat(node.awaitExit(node.createAndStart(pod, same.build())).getExitCode())
                .isZero();
    }

    @Test
    void anImageThatNeedsBusyboxSaysSo() {
        assertThatThrownBy(() -> node.pull("nginx")).hasMessageContaining("apt-get install busybox-static");
    }

    @Test
    void aStandInsOwnFilesAreFoundWithoutAMountNamespace() throws IOException {
        String id =
                node.createAndStart(pod, Node.container("hello", "hello-world").build());
        assertThat(node.awaitExit(id).getExitCode()).isZero();
        await().untilAsserted(
                        () -> assertThat(node.logLines("plain", "hello")).contains("stdout F Hello from Docker!"));
    }
}
