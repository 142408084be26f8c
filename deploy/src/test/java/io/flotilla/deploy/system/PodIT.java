package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pods on the process runtime: configuration, volumes, probes, logs, and the ways into a container. */
@ExtendWith(SharedLab.class)
class PodIT {
    @TempDir
    private Path temporary = Path.of("");

    @Test
    void environment_and_files_come_from_a_configmap(Lab lab) {
        try (var namespace = Namespace.create(lab, "config-env")) {
            namespace.applyExample("game-config.yaml").ok();
            namespace.applyExample("config-env-pod.yaml").ok();
            namespace
                    .kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/config-env", "--timeout=180s")
                    .ok();

            assertThat(namespace.kubectl("logs", "config-env").ok())
                    .contains(
                            "LIVES=3\n", "GAME_COLOUR=green\n", "POD_NAME=config-env\n", "enemy.types=aliens,monsters");
        }
    }

    @Test
    void an_init_container_writes_what_the_main_container_reads(Lab lab) {
        try (var namespace = Namespace.create(lab, "init")) {
            namespace.applyExample("init-container.yaml").ok();
            namespace
                    .kubectl("wait", "--for=condition=Ready", "pod/init-container", "--timeout=180s")
                    .ok();

            lab.eventually(
                    it -> assertThat(namespace.kubectl("logs", "init-container").ok())
                            .isEqualTo("written before the start\n"));
            assertThat(namespace.value(
                            "pod/init-container", ".status.initContainerStatuses[0].state.terminated.reason"))
                    .isEqualTo("Completed");
            namespace
                    .kubectl("delete", "pod", "init-container", "--grace-period=1")
                    .ok();
        }
    }

    @Test
    void a_directory_of_the_node_is_mounted(Lab lab) {
        try (var namespace = Namespace.create(lab, "host-path")) {
            namespace.applyExample("host-path.yaml").ok();
            namespace
                    .kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/host-path", "--timeout=180s")
                    .ok();

            assertThat(namespace.kubectl("logs", "host-path").ok()).startsWith("root:");
        }
    }

    @Test
    void a_container_that_fails_its_liveness_probe_is_restarted(Lab lab) {
        try (var namespace = Namespace.create(lab, "liveness")) {
            namespace.applyExample("liveness-exec.yaml").ok();

            lab.eventually(
                    it -> assertThat(namespace.value("pod/liveness-exec", ".status.containerStatuses[0].restartCount"))
                            .matches("[1-9][0-9]*"));
            // Events go their own way.
            lab.eventually(it -> assertThat(namespace
                            .kubectl("describe", "pod", "liveness-exec")
                            .ok())
                    .contains("Liveness probe failed", "Unhealthy", "Killing", "Scheduled"));
        }
    }

    @Test
    void a_pod_waits_for_a_node_that_it_selects(Lab lab) {
        try (var namespace = Namespace.create(lab, "selector")) {
            namespace.applyExample("node-selector.yaml").ok();
            lab.eventually(it -> assertThat(namespace
                            .kubectl("describe", "pod", "node-selector")
                            .ok())
                    .contains("FailedScheduling", "node affinity/selector"));

            lab.kubectl("label", "node", "node-2", "disktype=ssd").ok();
            try {
                namespace
                        .kubectl("wait", "--for=condition=Ready", "pod/node-selector", "--timeout=180s")
                        .ok();
                assertThat(namespace.value("pod/node-selector", ".spec.nodeName"))
                        .isEqualTo("node-2");
            } finally {
                lab.kubectl("label", "node", "node-2", "disktype-").ok();
            }
        }
    }

    @Test
    void logs_are_followed(Lab lab) throws IOException {
        try (var namespace = Namespace.create(lab, "logs")) {
            namespace
                    .kubectl(
                            "run",
                            "counter",
                            "--image=busybox",
                            "--restart=Never",
                            "--",
                            "sh",
                            "-c",
                            "i=0; while true; do echo line $i; i=$((i+1)); sleep 0.2; done")
                    .ok();
            namespace
                    .kubectl("wait", "--for=condition=Ready", "pod/counter", "--timeout=180s")
                    .ok();
            var output = temporary.resolve("logs.txt");
            var follow = lab.shell()
                    .start(
                            List.of("kubectl", "-n", namespace.name(), "logs", "-f", "counter"),
                            output,
                            temporary.resolve("err"));
            try {
                await().until(() -> Files.readString(output).contains("line 15\n"));
            } finally {
                follow.destroy();
            }
            assertThat(Files.readString(output)).startsWith("line 0\nline 1\n");
            assertThat(namespace.kubectl("logs", "counter", "--tail=2").ok().lines())
                    .hasSize(2);
            namespace.kubectl("delete", "pod", "counter", "--grace-period=1").ok();
        }
    }

    @Test
    void commands_run_in_a_container_and_files_are_copied(Lab lab) throws IOException {
        try (var namespace = Namespace.create(lab, "exec")) {
            namespace
                    .kubectl("run", "shell", "--image=busybox", "--restart=Never", "--", "sleep", "3600")
                    .ok();
            namespace
                    .kubectl("wait", "--for=condition=Ready", "pod/shell", "--timeout=180s")
                    .ok();

            assertThat(namespace
                            .kubectl("exec", "shell", "--", "sh", "-c", "echo out; echo err >&2")
                            .ok())
                    .isEqualTo("out\n");
            assertThat(namespace
                            .kubectl("exec", "shell", "--", "sh", "-c", "exit 7")
                            .exit())
                    .isEqualTo(7);
            assertThat(lab.shell()
                            .run(
                                    List.of("kubectl", "-n", namespace.name(), "exec", "-i", "shell", "--", "cat"),
                                    "through stdin\n")
                            .ok())
                    .isEqualTo("through stdin\n");

            var file = Files.writeString(temporary.resolve("there.txt"), "and back again\n");
            namespace.kubectl("cp", file.toString(), "shell:/tmp/there.txt").ok();
            namespace
                    .kubectl(
                            "cp",
                            "shell:/tmp/there.txt",
                            temporary.resolve("back.txt").toString())
                    .ok();
            assertThat(temporary.resolve("back.txt")).hasContent("and back again\n");
            namespace
                    .kubectl("delete", "pod", "shell", "--grace-period=0", "--force")
                    .ok();
        }
    }

    @Test
    void one_can_attach_to_what_a_container_reads_and_writes(Lab lab) throws IOException {
        try (var namespace = Namespace.create(lab, "attach")) {
            namespace.apply("""
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: echo}
                    spec: {containers: [{name: echo, image: busybox, command: [cat], stdin: true}]}
                    """).ok();
            namespace
                    .kubectl("wait", "--for=condition=Ready", "pod/echo", "--timeout=180s")
                    .ok();
            var output = temporary.resolve("attached.txt");
            var attach = lab.shell()
                    .start(
                            List.of("kubectl", "-n", namespace.name(), "attach", "-i", "echo"),
                            output,
                            temporary.resolve("attach-err"));
            try (var stdin = attach.outputWriter()) {
                stdin.write("said to it\n");
                stdin.flush();
                await().until(() -> Files.readString(output).contains("said to it\n"));
            } finally {
                attach.destroy();
            }
            lab.eventually(
                    it -> assertThat(namespace.kubectl("logs", "echo").ok()).contains("said to it\n"));
            namespace.kubectl("delete", "pod", "echo", "--grace-period=1").ok();
        }
    }

    @Test
    void a_port_is_forwarded(Lab lab) throws IOException {
        try (var namespace = Namespace.create(lab, "forward")) {
            namespace.kubectl("run", "web", "--image=nginx:1.7.9", "--port=80").ok();
            namespace
                    .kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=180s")
                    .ok();
            // kubectl chooses the port, and says which.
            var said = temporary.resolve("out");
            var forward = lab.shell()
                    .start(
                            List.of("kubectl", "-n", namespace.name(), "port-forward", "pod/web", ":80"),
                            said,
                            temporary.resolve("err"));
            try {
                await().until(() -> forwarding(said).find());
                var port = forwarding(said);
                assertThat(port.find()).isTrue();
                await().ignoreExceptions().until(() -> status(Integer.parseInt(port.group(1))) == 200);
            } finally {
                forward.destroy();
            }
        }
    }

    private static int status(int port) throws IOException {
        var url = URI.create("http://127.0.0.1:" + port + "/").toURL();
        var connection = (HttpURLConnection) url.openConnection();
        connection.setConnectTimeout(30_000);
        connection.setReadTimeout(30_000);
        return connection.getResponseCode();
    }

    private static Matcher forwarding(Path said) throws IOException {
        return Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+) -> 80").matcher(Files.readString(said));
    }
}
