package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a lab from coming up is said in one sentence, and nothing of it is left running. */
class RefusalIT {
    @TempDir
    private Path temporary = Path.of("");

    @BeforeAll
    static void prepare() {
        Lab.prepare();
    }

    private Lab lab() {
        return new Lab(temporary.resolve("lab"));
    }

    @AfterEach
    void tearDown() {
        lab().flotilla("down", "--wipe").ok();
    }

    private Path program(String script) throws IOException {
        var etcd = Files.writeString(temporary.resolve("etcd"), "#!/bin/sh\n" + script);
        return Files.setPosixFilePermissions(etcd, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void a_broken_etcd_is_named() throws Exception {
        var etcd = program("echo nonsense\n").toString();

        lab().flotilla("up", "--etcd-binary", etcd).failedInOneSentence(etcd, "nonsense");
        lab().flotilla("up", "--etcd-binary", "/nowhere/etcd").failedInOneSentence("/nowhere/etcd");
    }

    @Test
    void an_etcd_that_dies_is_named_with_its_log() throws Exception {
        var etcd = program("""
                [ "$1" = --version ] && echo 'etcd Version: 3.4' && exit 0
                echo 'error: no quorum today' >&2
                exit 1
                """);
        var lab = lab();

        lab.flotilla("up", "--etcd-binary", etcd.toString())
                .failedInOneSentence(
                        "etcd-",
                        "no quorum today",
                        lab.directory().resolve("log").toString());
        assertThat(lab.processes()).isEmpty();
    }

    @Test
    void a_port_in_use_is_named() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = Integer.toString(taken.getLocalPort());
            var lab = lab();

            lab.flotilla("up", "--port", port).failedInOneSentence(port, "balancer-1", "in use");
            assertThat(lab.processes()).isEmpty();
        }
    }

    @Test
    void a_damaged_data_directory_is_named_and_can_be_wiped() throws Exception {
        var lab = lab();
        Files.createDirectories(lab.directory().resolve("pki"));
        Files.writeString(lab.directory().resolve("plan.json"), "{");

        lab.flotilla("up").failedInOneSentence(lab.directory().toString(), "damaged");
        lab.flotilla("status").failedInOneSentence(lab.directory().toString(), "damaged");
        lab.flotilla("down", "--wipe").ok();
        assertThat(lab.directory()).doesNotExist();
    }

    @Test
    void what_is_not_understood_is_said() {
        var lab = lab();

        lab.flotilla("up", "--replicas", "3").failedInOneSentence("--replicas", "--help");
        lab.flotilla("explode").failedInOneSentence("explode", "--help");
        lab.flotilla("up", "--etcd", "2").failedInOneSentence("--etcd takes 1, 3 or 5");
        lab.flotilla("status").failedInOneSentence("There is no lab");
        lab.flotilla("logs", "apiserver-1").failedInOneSentence("There is no lab");
        assertThat(lab.flotilla("up", "--help").ok()).contains("--nodes", "--apiservers", "--profile");
    }
}
