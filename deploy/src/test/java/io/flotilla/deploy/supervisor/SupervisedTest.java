package io.flotilla.deploy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.deploy.plan.Kind;
import io.flotilla.deploy.process.ProcessIdentity;
import io.flotilla.deploy.process.Program;
import io.flotilla.deploy.supervisor.ProcessRecord.State;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedTest {
    private static final Duration GRACE = Duration.ofSeconds(60);

    @TempDir
    private Path directory = Path.of("");

    private final String lab = UUID.randomUUID().toString();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Queue<String> journal = new ConcurrentLinkedQueue<>();

    @AfterEach
    void tearDown() throws Exception {
        timer.shutdownNow();
        timer.awaitTermination(1, TimeUnit.MINUTES);
        Termination.end(ProcessIdentity.withEnvironment("FLOTILLA_LAB", lab).toList(), "KILL", GRACE);
    }

    @Test
    void what_is_killed_from_outside_is_started_again() throws Exception {
        var supervised = supervised(true, "sleep", "300");
        supervised.start();
        var first = identity(supervised);

        first.signal("KILL");

        await().until(() ->
                supervised.record().restarts() == 1 && supervised.record().state() == State.RUNNING);
        assertThat(identity(supervised)).isNotEqualTo(first);
        assertThat(supervised.record().lastExit()).isEqualTo("killed by signal 9");
    }

    @Test
    void without_restarts_what_dies_stays_dead() throws Exception {
        var supervised = supervised(false, "sleep", "300");
        supervised.start();

        identity(supervised).signal("KILL");

        await().until(() -> supervised.record().state() == State.DEAD);
    }

    /** It may be gone before it has been looked at. */
    @RepeatedTest(50)
    void what_ends_at_once_has_died_with_its_exit_code() throws Exception {
        var supervised = supervised(false, "sh", "-c", "echo no quorum today; exit 3");

        supervised.start();

        await().until(() -> supervised.record().state() == State.DEAD);
        assertThat(supervised.record().lastExit()).isEqualTo("exit code 3");
        assertThat(supervised.complaint()).contains("no quorum today");
    }

    @Test
    void what_is_stopped_by_command_stays_so_until_started_by_command() throws Exception {
        var supervised = supervised(true, "sleep", "300");
        supervised.start();
        var first = identity(supervised);

        supervised.stop("TERM", GRACE);

        assertThat(first.isAlive()).isFalse();
        assertThat(supervised.record().state()).isEqualTo(State.STOPPED);
        assertThat(supervised.record().restarts()).isZero();

        supervised.start();
        assertThat(identity(supervised).isAlive()).isTrue();
    }

    @Test
    void what_ignores_sigterm_is_killed_after_the_grace_period() throws Exception {
        var supervised = supervised(true, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done");
        supervised.start();
        await().until(() -> supervised.complaint().isPresent());
        var process = identity(supervised);

        supervised.stop("TERM", Duration.ofMillis(100));

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void a_paused_process_can_be_stopped() throws Exception {
        var supervised = supervised(true, "sleep", "300");
        supervised.start();
        var process = identity(supervised);
        process.signal("STOP");
        await().until(process::isPaused);

        supervised.stop("TERM", GRACE);

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void what_keeps_dying_is_started_ever_later() {
        var supervised = supervised(true, "sh", "-c", "echo 'error: no'; exit 3");
        supervised.start();

        await().until(() -> supervised.record().restarts() >= 2);

        assertThat(supervised.record().lastExit()).isEqualTo("exit code 3");
        assertThat(supervised.complaint()).contains("error: no");
        // One that is gone before it has been looked at is told in one line with its start.
        assertThat(journal).anyMatch(line -> line.matches("etcd-1 (started (again )?and )?died: exit code 3"));
    }

    @Test
    void a_running_process_is_taken_over_and_its_end_noticed() throws Exception {
        var first = supervised(true, "sleep", "300");
        first.start();
        first.release();
        var second = supervised(false, "sleep", "300");

        second.adopt(first.record(), Optional.of(identity(first)));
        second.start();

        assertThat(identity(second)).isEqualTo(identity(first));
        identity(second).signal("KILL");
        await().until(() -> second.record().state() == State.DEAD);
    }

    @Test
    void one_that_was_stopped_by_command_is_taken_over_as_stopped() {
        var stopped = ProcessRecord.waiting("etcd-1").ended(State.STOPPED, "stopped by command (SIGKILL)");
        var supervised = supervised(true, "sleep", "300");

        supervised.adopt(stopped, Optional.empty());

        assertThat(supervised.record().state()).isEqualTo(State.STOPPED);
    }

    private Supervised supervised(boolean restart, String... command) {
        var program = new Program(
                "etcd-1",
                Kind.ETCD,
                1,
                "",
                "",
                List.of(command),
                directory.resolve("etcd-1.log"),
                URI.create("http://127.0.0.1:1/health"));
        return new Supervised(program, lab, restart, timer, journal::add);
    }

    private static ProcessIdentity identity(Supervised supervised) {
        return Objects.requireNonNull(supervised.record().identity());
    }
}
