package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab itself: it comes up, says what it is, survives what it should, and goes without a trace. */
class LifecycleIT {
    private static final String[] SMALL = {
        "up", "--etcd", "1", "--apiservers", "1", "--schedulers", "1", "--controller-managers", "1", "--nodes", "1"
    };

    @TempDir
    private Path temporary = Path.of("");

    private Lab lab() {
        return new Lab(temporary.resolve("lab"));
    }

    @AfterEach
    void tearDown() {
        lab().flotilla("down", "--wipe");
    }

    @Test
    void a_lab_comes_up_says_that_it_runs_and_goes_without_a_trace() throws Exception {
        var lab = lab();

        assertThat(lab.flotilla(SMALL).ok()).contains("export KUBECONFIG=", "kubectl get nodes");
        assertThat(lab.flotilla("up").ok()).contains("already runs");
        assertThat(lab.flotilla("kubeconfig").ok().strip())
                .isEqualTo(lab.directory().resolve("kubeconfig").toString());
        assertThat(lab.kubectl("get", "nodes").ok()).contains("node-1", "Ready");
        assertThat(lab.status()).allSatisfy(process -> {
            assertThat(process.path("ready").asBoolean()).as(process.toString()).isTrue();
            assertThat(process.path("pid").asLong()).isPositive();
        });
        assertThat(lab.leader("scheduler")).isEqualTo("scheduler-1");
        assertThat(lab.flotilla("logs", "supervisor").ok()).contains("the lab is up");

        lab.flotilla("down", "--wipe").ok();
        assertThat(lab.directory()).doesNotExist();
    }

    @Test
    void what_the_containers_of_a_lab_run_is_gone_when_the_lab_is() throws Exception {
        var lab = lab();
        lab.flotilla(SMALL).ok();
        lab.kubectl("run", "sleeper", "--image=busybox", "--restart=Never", "--", "sleep", "54321")
                .ok();
        lab.kubectl("wait", "--for=condition=Ready", "pod/sleeper", "--timeout=30s")
                .ok();
        assertThat(commandLines()).anyMatch(line -> line.contains("sleep\00054321"));

        lab.flotilla("down").ok();

        assertThat(commandLines()).noneMatch(line -> line.contains("sleep\00054321"));
        assertThat(lab.processes()).isEmpty();
        assertThat(lab.flotilla("down").ok()).contains("was down");
    }

    @Test
    void a_lab_comes_back_with_its_data_and_addresses() {
        var lab = lab();
        lab.flotilla(SMALL).ok();
        lab.kubectl("create", "configmap", "kept", "--from-literal=colour=blue").ok();
        var address = lab.status("balancer-1").path("address").asText();

        lab.flotilla("down").ok();
        lab.flotilla("up").ok();

        assertThat(lab.get("configmap", "kept").at("/data/colour").asText()).isEqualTo("blue");
        assertThat(lab.status("balancer-1").path("address").asText()).isEqualTo(address);
    }

    @Test
    void killing_the_supervisor_harms_nothing_and_the_next_up_takes_over() throws Exception {
        var lab = lab();
        lab.flotilla(SMALL).ok();
        var before = lab.process("apiserver-1");
        lab.process("supervisor").signal("KILL");

        lab.eventually(
                Duration.ofSeconds(5),
                it -> assertThat(it.flotilla("status").ok()).contains("The supervisor does not run"));
        lab.kubectl("get", "nodes").ok();

        assertThat(lab.flotilla("up").ok()).contains("took over");
        assertThat(lab.process("apiserver-1")).isEqualTo(before);
        before.signal("KILL");
        lab.awaitAllReady();
        assertThat(lab.process("apiserver-1")).isNotEqualTo(before);
    }

    @Test
    void a_process_that_is_killed_by_command_stays_dead_until_started() {
        var lab = lab();
        lab.flotilla(SMALL).ok();

        lab.flotilla("kill", "scheduler-1").ok();

        assertThat(lab.status("scheduler-1").path("state").asText()).isEqualTo("stopped");
        assertThat(lab.status("scheduler-1").path("ready").asBoolean()).isFalse();
        lab.flotilla("start", "scheduler-1").ok();
        lab.awaitAllReady();

        lab.flotilla("pause", "proxy-1").ok();
        assertThat(lab.status("proxy-1").path("state").asText()).isEqualTo("paused");
        lab.flotilla("resume", "proxy-1").ok();
        lab.awaitAllReady();

        assertThat(lab.flotilla("kill", "scheduler-9").failed())
                .contains("There is no process 'scheduler-9'")
                .contains("scheduler-1");
    }

    @Test
    void a_broken_etcd_is_named() throws Exception {
        var etcd = Files.writeString(temporary.resolve("etcd"), "#!/bin/sh\necho nonsense\n");
        Files.setPosixFilePermissions(etcd, PosixFilePermissions.fromString("rwx------"));

        assertOneSentence(lab().flotilla("up", "--etcd-binary", etcd.toString()), etcd.toString(), "nonsense");
        assertOneSentence(lab().flotilla("up", "--etcd-binary", "/nowhere/etcd"), "/nowhere/etcd");
    }

    @Test
    void an_etcd_that_dies_is_named_with_its_log_and_nothing_is_left_running() throws Exception {
        var etcd = Files.writeString(
                temporary.resolve("etcd"),
                "#!/bin/sh\n[ \"$1\" = --version ] && echo 'etcd Version: 3.4' && exit 0\necho 'error: no quorum today' >&2\nexit 1\n");
        Files.setPosixFilePermissions(etcd, PosixFilePermissions.fromString("rwx------"));
        var lab = lab();

        assertOneSentence(
                lab.flotilla("up", "--etcd-binary", etcd.toString()),
                "etcd-",
                "no quorum today",
                lab.directory().resolve("log").toString());
        assertThat(lab.processes()).isEmpty();
    }

    @Test
    void a_port_in_use_is_named_and_nothing_is_left_running() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = Integer.toString(taken.getLocalPort());
            var lab = lab();

            assertOneSentence(lab.flotilla("up", "--port", port), port, "balancer-1", "in use");
            assertThat(lab.processes()).isEmpty();
        }
    }

    @Test
    void a_damaged_data_directory_is_named_and_can_be_wiped() throws Exception {
        var lab = lab();
        Files.createDirectories(lab.directory().resolve("pki"));
        Files.writeString(lab.directory().resolve("plan.json"), "{");

        assertOneSentence(lab.flotilla("up"), lab.directory().toString(), "damaged");
        assertOneSentence(lab.flotilla("status"), lab.directory().toString(), "damaged");
        lab.flotilla("down", "--wipe").ok();
        assertThat(lab.directory()).doesNotExist();
    }

    @Test
    void what_is_not_understood_is_said_in_one_sentence() {
        var lab = lab();

        assertOneSentence(lab.flotilla("up", "--replicas", "3"), "--replicas", "--help");
        assertOneSentence(lab.flotilla("explode"), "explode", "--help");
        assertOneSentence(lab.flotilla("up", "--etcd", "2"), "--etcd takes 1, 3 or 5");
        assertOneSentence(lab.flotilla("status"), "There is no lab");
        assertThat(lab.flotilla("up", "--help").ok()).contains("--nodes", "--apiservers", "--profile");
    }

    private static void assertOneSentence(Result result, String... parts) {
        var errors = result.failed();
        assertThat(errors).contains(parts);
        assertThat(errors.strip().lines()).hasSize(1);
        assertThat(errors).doesNotContain("Exception", "\tat ");
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
