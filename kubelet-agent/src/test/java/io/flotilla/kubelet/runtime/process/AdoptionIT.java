package io.flotilla.kubelet.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.proto.cri.ContainerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent is killed with kill -9 while containers run; a new one takes over. */
class AdoptionIT {

    private static final String CIDR = "127.90.3.0/24";

    @TempDir
    Path directory;

    private final List<Node> nodes = new ArrayList<>();

    @BeforeEach
    void require() throws IOException {
        Requirements.namespaces();
        Files.createDirectory(directory.resolve("data"));
    }

    @AfterEach
    void close() throws IOException {
        if (!nodes.isEmpty()) {
            Node node = nodes.getLast();
            node.cri()
                    .listPodSandbox(io.flotilla.proto.cri.ListPodSandboxRequest.getDefaultInstance())
                    .getItemsList()
                    .forEach(pod -> node.removePod(pod.getId()));
            node.close();
        }
    }

    private Process startHost() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RuntimeHost.class.getName(),
                        directory.toString(),
                        CIDR)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String[] awaitReady(Process host) throws IOException {
        var lines = host.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("READY ")) {
                return line.split(" ");
            }
        }
        throw new IllegalStateException("the host ended before it was ready");
    }

    @Test
    void aNewAgentAdoptsWhatRunsAndLosesNeitherExitCodesNorLines() throws Exception {
        Process host = startHost();
        String[] ids = awaitReady(host);
        String pod = ids[1];
        String counter = ids[2];
        String sleeper = ids[3];
        await().until(() -> logSize() > 200_000);
        host.destroyForcibly().waitFor();

        // The counter goes on without an agent, and ends without one.
        Path raw = directory.resolve("runtime/containers/" + counter + "/raw.out");
        long size = Files.size(raw);
        await().until(() -> Files.size(raw) > size + 10_000);
        Files.createFile(directory.resolve("data/stop"));
        await().until(() -> Files.exists(raw.resolveSibling("exit")));

        Node node = Node.open(directory, CIDR);
        nodes.add(node);

        // Its shim may still be on its way out.
        assertThat(node.awaitExit(counter).getExitCode()).isEqualTo(42);
        assertThat(node.status(ids[4]).getExitCode()).isEqualTo(5);
        assertThat(node.status(sleeper).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        assertThat(node.address(pod)).isEqualTo("127.90.3.2");
        assertThat(node.exec(sleeper, "hostname").getStdout().toStringUtf8()).isEqualTo("web\n");
        assertComplete(node.logLines("web", "counter"));

        node.stop(sleeper, 0);
        assertThat(node.status(sleeper).getExitCode()).isEqualTo(137);
    }

    @Test
    void killedAgainAndAgainWhileAContainerWritesNoLineIsLostOrWrittenTwice() throws Exception {
        Process first = startHost();
        String[] ids = awaitReady(first);
        for (int round = 1; round <= 3; round++) {
            long size = logSize();
            await().until(() -> logSize() > size + 50_000);
            first.destroyForcibly().waitFor();
            first = startHost();
            // It cannot make the same pod again and fails after it has adopted; alive or not, it is killed.
            long adopted = logSize();
            await().until(() -> logSize() > adopted);
        }
        first.destroyForcibly().waitFor();
        Files.createFile(directory.resolve("data/stop"));

        Node node = Node.open(directory, CIDR);
        nodes.add(node);

        assertThat(node.awaitExit(ids[2]).getExitCode()).isEqualTo(42);
        assertComplete(node.logLines("web", "counter"));
    }

    private long logSize() throws IOException {
        Path log = directory.resolve("logs/web/counter/0.log");
        return Files.exists(log) ? Files.size(log) : 0;
    }

    private static void assertComplete(List<String> lines) {
        assertThat(lines).hasSizeGreaterThan(1000);
        List<String> out =
                lines.stream().filter(line -> line.startsWith("stdout F line ")).toList();
        List<String> err =
                lines.stream().filter(line -> line.startsWith("stderr F odd ")).toList();
        for (int i = 0; i < out.size(); i++) {
            assertThat(out.get(i)).isEqualTo("stdout F line " + (i + 1));
        }
        assertThat(err).hasSize(out.size());
        assertThat(err.getLast()).isEqualTo("stderr F odd " + out.size());
        assertThat(lines).contains("stdout F last " + out.size());
        assertThat(lines).hasSize(out.size() * 2 + 1);
    }
}
