package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lab comes up, goes, comes back with its data, and is wiped without a trace; another lives beside it. */
class LifecycleIT {
    @TempDir
    private Path temporary = Path.of("");

    @BeforeAll
    static void prepare() {
        Lab.prepare();
    }

    private Lab lab() {
        return new Lab(temporary.resolve("lab"));
    }

    private Lab neighbour() {
        return new Lab(temporary.resolve("neighbour"));
    }

    @AfterEach
    void tearDown() {
        neighbour().flotilla("down", "--wipe");
        lab().flotilla("down", "--wipe").ok();
    }

    @Test
    void a_lab_comes_back_with_its_data_and_addresses_and_goes_without_a_trace() throws Exception {
        var lab = lab();

        assertThat(lab.flotilla(Lab.SMALL).ok())
                .containsPattern("[0-9] s  etcd ready \\(1\\)")
                .containsPattern("[0-9] s  1 nodes? Ready")
                .contains("export KUBECONFIG=" + lab.directory().resolve("kubeconfig"), "kubectl get nodes");
        lab.kubectl("create", "configmap", "kept", "--from-literal=colour=blue").ok();
        lab.kubectl("run", "sleeper", "--image=busybox", "--restart=Never", "--", "sleep", "54321")
                .ok();
        lab.kubectl("wait", "--for=condition=Ready", "pod/sleeper", "--timeout=180s")
                .ok();
        assertThat(commandLines()).anyMatch(line -> line.contains("sleep\00054321"));
        var address = lab.status("balancer-1").path("address").asText();

        lab.flotilla("down").ok();

        assertThat(commandLines()).noneMatch(line -> line.contains("sleep\00054321"));
        assertThat(lab.processes()).isEmpty();
        assertThat(commandLines()).noneMatch(line -> line.contains(temporary.toString()));
        assertThat(lab.flotilla("down").ok()).contains("was down");

        lab.flotilla("up").ok();

        assertThat(lab.get("configmap", "kept").at("/data/colour").asText()).isEqualTo("blue");
        assertThat(lab.status("balancer-1").path("address").asText()).isEqualTo(address);

        lab.flotilla("down").ok();
        damage(lab.directory().resolve("etcd/etcd-1/member/wal"));

        lab.flotilla("up")
                .failedInOneSentence(
                        "etcd-1 died before it was ready",
                        lab.directory().resolve("log/etcd-1.log").toString());
        assertThat(lab.processes()).isEmpty();
        lab.flotilla("down", "--wipe").ok();
        assertThat(lab.directory()).doesNotExist();
    }

    private static void damage(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (var file : files.toList()) {
                Files.writeString(file, "this is no log");
            }
        }
    }

    @Test
    void two_labs_run_side_by_side() {
        var lab = lab();
        var neighbour = neighbour();
        lab.flotilla(Lab.SMALL).ok();
        neighbour.flotilla(Lab.SMALL).ok();

        lab.kubectl("create", "configmap", "mine").ok();

        assertThat(neighbour.kubectl("get", "configmap", "mine").failed()).contains("NotFound");
        neighbour.flotilla("down", "--wipe").ok();
        assertThat(neighbour.directory()).doesNotExist();
        lab.kubectl("get", "configmap", "mine").ok();
        lab.awaitAllReady();
    }

    private static List<String> commandLines() {
        return ProcessHandle.allProcesses()
                .map(process -> Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                .map(LifecycleIT::read)
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
