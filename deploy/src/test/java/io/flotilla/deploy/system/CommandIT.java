package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a lab that runs: what they say of it, and what they do to its processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandIT {
    @TempDir
    private static Path temporary = Path.of("");

    private Lab lab() {
        return new Lab(temporary.resolve("lab"));
    }

    @BeforeAll
    void up() {
        Lab.prepare();
        lab().flotilla(Lab.SMALL).ok();
    }

    @AfterAll
    void down() {
        lab().flotilla("down", "--wipe").ok();
    }

    @Test
    void a_second_up_says_that_the_lab_runs() {
        assertThat(lab().flotilla("up").ok()).contains("already runs");
        lab().flotilla("up", "--nodes", "2").failedInOneSentence("already runs, with other options");
    }

    @Test
    void the_path_of_the_kubeconfig_is_printed() {
        assertThat(lab().flotilla("kubeconfig").ok())
                .isEqualTo(lab().directory().resolve("kubeconfig") + "\n");
        assertThat(lab().flotilla("kubectl", "get", "nodes").ok()).containsPattern("node-1 +Ready");
    }

    @Test
    void every_process_is_shown_to_people_and_to_scripts() {
        lab().eventually(lab -> assertThat(lab.flotilla("status").ok())
                .containsPattern("etcd-1 +running +yes +leader")
                .containsPattern("scheduler-1 +running +yes +leader")
                .contains("processes ready"));
        assertThat(lab().status())
                .extracting(process -> process.path("name").asText())
                .containsExactlyInAnyOrder(
                        "supervisor",
                        "etcd-1",
                        "apiserver-1",
                        "balancer-1",
                        "scheduler-1",
                        "controller-manager-1",
                        "agent-1",
                        "proxy-1");
        lab().eventually(lab -> assertThat(lab.status()).allSatisfy(process -> {
            assertThat(process.fieldNames())
                    .toIterable()
                    .contains("name", "kind", "node", "pid", "address", "role", "leader", "ready");
            assertThat(process.path("ready").asBoolean()).as(process.toString()).isTrue();
            assertThat(process.path("pid").asLong()).isPositive();
        }));
        assertThat(lab().status("agent-1").path("node").asText()).isEqualTo("node-1");
    }

    @Test
    void the_log_of_a_process_is_shown() {
        assertThat(lab().flotilla("logs", "supervisor").ok()).contains("the lab is up");
        assertThat(lab().flotilla("logs", "etcd-1", "-n", "2").ok().lines()).hasSize(2);
        lab().flotilla("logs", "etcd-9").failedInOneSentence("There is no log of 'etcd-9'", "etcd-1");
    }

    @Test
    void what_is_killed_or_stopped_by_command_stays_so_until_started() {
        var lab = lab();
        for (var how : new String[] {"kill", "stop"}) {
            lab.flotilla(how, "scheduler-1").ok();

            assertThat(lab.status("scheduler-1").path("state").asText()).isEqualTo("stopped");
            assertThat(lab.status("scheduler-1").path("ready").asBoolean()).isFalse();
            lab.flotilla("start", "scheduler-1").ok();
            lab.awaitAllReady();
        }
        lab.flotilla("kill", "scheduler-9").failedInOneSentence("There is no process 'scheduler-9'", "scheduler-1");
    }

    @Test
    void a_process_is_restarted_paused_and_resumed() {
        var lab = lab();
        var before = lab.process("proxy-1");

        lab.flotilla("restart", "proxy-1").ok();

        assertThat(before.isAlive()).isFalse();
        lab.awaitAllReady();
        lab.flotilla("pause", "proxy-1").ok();
        // Once all its threads stand still.
        lab.eventually(
                it -> assertThat(it.status("proxy-1").path("state").asText()).isEqualTo("paused"));
        lab.flotilla("resume", "proxy-1").ok();
        lab.awaitAllReady();
    }

    @Test
    void killing_the_supervisor_harms_nothing_and_the_next_up_takes_over() throws Exception {
        var lab = lab();
        var before = lab.process("apiserver-1");
        lab.process("supervisor").signal("KILL");

        lab.eventually(it -> assertThat(it.flotilla("status").ok()).contains("The supervisor does not run"));
        lab.kubectl("get", "nodes").ok();
        lab.flotilla("kill", "scheduler-1").failedInOneSentence("The supervisor of the lab", "./flotilla up");

        assertThat(lab.flotilla("up").ok()).contains("took over");
        assertThat(lab.process("apiserver-1")).isEqualTo(before);
        before.signal("KILL");
        lab.eventually(it -> assertThat(it.process("apiserver-1")).isNotEqualTo(before));
        lab.awaitAllReady();
    }
}
