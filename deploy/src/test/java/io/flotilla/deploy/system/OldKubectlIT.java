package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The kubectl of Debian's package, 1.20 in Debian 12, which speaks SPDY and no WebSockets. */
@ExtendWith(SharedLab.class)
class OldKubectlIT {
    @TempDir
    private Path temporary = Path.of("");

    private String kubectl = "";

    /** Unpacks the package beside whatever kubectl the machine has. */
    @BeforeEach
    void unpack(Lab lab) {
        var fetched = lab.shell()
                .run(
                        List.of(
                                "sh",
                                "-c",
                                "cd '" + temporary + "' && apt-get download -q kubernetes-client"
                                        + " && dpkg-deb -x kubernetes-client_*.deb ."),
                        "");
        assumeTrue(fetched.succeeded(), "Debian's package kubernetes-client cannot be had: " + fetched.errors());
        kubectl = temporary.resolve("usr/bin/kubectl").toString();
    }

    private Result run(Lab lab, Namespace namespace, String... arguments) {
        var command = new ArrayList<>(List.of(kubectl));
        command.addAll(List.of(namespace.inNamespace(arguments)));
        return lab.shell().run(command, "");
    }

    @Test
    void an_old_kubectl_works(Lab lab) throws IOException {
        try (var namespace = Namespace.create(lab, "old")) {
            assertThat(run(lab, namespace, "version", "--short").ok()).contains("Client Version: v1.20", "v1.36");
            assertThat(run(lab, namespace, "get", "nodes", "-o", "wide").ok()).containsPattern("node-1 +Ready");
            assertThat(run(lab, namespace, "api-resources").ok()).containsPattern("deployments +deploy +apps/v1");
            assertThat(run(lab, namespace, "explain", "pod.spec.nodeName").ok()).contains("nodeName", "<string>");

            run(lab, namespace, "create", "deployment", "web", "--image=nginx:1.7.9", "--replicas=2")
                    .ok();
            run(lab, namespace, "rollout", "status", "deployment/web", "--timeout=180s")
                    .ok();
            run(lab, namespace, "set", "image", "deployment/web", "nginx=nginx:1.9.1")
                    .ok();
            run(lab, namespace, "rollout", "status", "deployment/web", "--timeout=180s")
                    .ok();
            assertThat(run(lab, namespace, "rollout", "history", "deployment/web")
                            .ok())
                    .contains("REVISION", "2");
            run(lab, namespace, "rollout", "undo", "deployment/web").ok();
            run(lab, namespace, "scale", "deployment/web", "--replicas=1").ok();
            run(lab, namespace, "rollout", "status", "deployment/web", "--timeout=180s")
                    .ok();
            run(lab, namespace, "annotate", "deployment/web", "a=b").ok();
            assertThat(run(lab, namespace, "describe", "deployment", "web").ok())
                    .contains("ScalingReplicaSet");
            run(lab, namespace, "delete", "deployment", "web").ok();
        }
    }

    @Test
    void an_old_kubectl_gets_into_containers(Lab lab) throws IOException {
        try (var namespace = Namespace.create(lab, "old-exec")) {
            run(lab, namespace, "run", "shell", "--image=busybox", "--restart=Never", "--", "sleep", "3600")
                    .ok();
            run(lab, namespace, "wait", "--for=condition=Ready", "pod/shell", "--timeout=180s")
                    .ok();

            var executed = run(lab, namespace, "exec", "shell", "--", "sh", "-c", "echo out; echo err >&2; exit 7");
            assertThat(executed.exit()).isEqualTo(7);
            assertThat(executed.output()).isEqualTo("out\n");
            assertThat(executed.errors()).startsWith("err\n");
            var file = Files.writeString(temporary.resolve("there.txt"), "and back again\n");
            run(lab, namespace, "cp", file.toString(), "shell:/tmp/there.txt").ok();
            assertThat(run(lab, namespace, "exec", "shell", "--", "cat", "/tmp/there.txt")
                            .ok())
                    .isEqualTo("and back again\n");

            var watched = temporary.resolve("watched");
            var watch = lab.shell()
                    .start(
                            List.of(kubectl, "-n", namespace.name(), "get", "pods", "-w", "--no-headers"),
                            watched,
                            temporary.resolve("err"));
            try {
                run(lab, namespace, "delete", "pod", "shell", "--grace-period=1")
                        .ok();
                await().until(() -> Files.readString(watched).contains("Terminating"));
            } finally {
                watch.destroy();
            }
        }
    }
}
