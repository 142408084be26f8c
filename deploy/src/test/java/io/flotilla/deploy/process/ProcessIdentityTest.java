package io.flotilla.deploy.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProcessIdentityTest {
    private final String mark = UUID.randomUUID().toString();
    private final Process child;
    private final ProcessIdentity identity;

    ProcessIdentityTest() throws IOException {
        var builder = new ProcessBuilder("sleep", "300");
        builder.environment().put("FLOTILLA_TEST_MARK", mark);
        child = builder.start();
        identity = ProcessIdentity.of(child.pid()).orElseThrow();
    }

    @AfterEach
    void tearDown() {
        child.destroyForcibly();
    }

    @Test
    void a_process_is_alive_until_it_ends() throws Exception {
        assertThat(identity.isAlive()).isTrue();

        child.destroyForcibly().waitFor();

        assertThat(identity.isAlive()).isFalse();
    }

    @Test
    void another_process_of_the_same_pid_is_not_the_one_meant() {
        var earlier = new ProcessIdentity(identity.pid(), identity.startTicks() - 1, identity.boot());
        var beforeBoot = new ProcessIdentity(identity.pid(), identity.startTicks(), "another boot");

        assertThat(earlier.isAlive()).isFalse();
        assertThat(beforeBoot.isAlive()).isFalse();
    }

    @Test
    void a_signal_reaches_no_other_process_of_the_same_pid() throws Exception {
        new ProcessIdentity(identity.pid(), identity.startTicks() - 1, identity.boot()).signal("KILL");

        assertThat(identity.isAlive()).isTrue();
    }

    @Test
    void a_process_is_found_by_its_environment() {
        await().untilAsserted(() -> assertThat(ProcessIdentity.withEnvironment("FLOTILLA_TEST_MARK", mark))
                .containsExactly(identity));
        assertThat(identity.variable("FLOTILLA_TEST_MARK")).contains(mark);
        assertThat(identity.variable("FLOTILLA_TEST")).isEmpty();
    }

    @Test
    void a_process_can_be_paused_and_resumed() throws Exception {
        identity.signal("STOP");
        await().until(identity::isPaused);

        identity.signal("CONT");
        await().until(() -> !identity.isPaused());
        assertThat(identity.isAlive()).isTrue();
    }

    @Test
    void a_process_that_is_gone_need_not_stand_back() throws Exception {
        var process = new ProcessBuilder("true").start();
        var identity = new ProcessIdentity(process.pid(), 1, "");
        process.waitFor();

        assertThat(identity.standBack(5)).isTrue();
    }

    @Test
    void memory_is_that_which_is_resident() {
        await().untilAsserted(() -> assertThat(identity.residentBytes()).isGreaterThan(100_000));
        assertThat(new ProcessIdentity(Integer.MAX_VALUE, 0, "").residentBytes())
                .isZero();
    }
}
