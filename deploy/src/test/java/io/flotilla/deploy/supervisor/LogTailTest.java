package io.flotilla.deploy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void the_fatal_line_of_etcd_is_what_it_died_of() throws IOException {
        var log = write("""
                {"level":"info","ts":"x","msg":"starting"}
                {"level":"fatal","ts":"x","msg":"discovery failed","error":"member count is unequal","stacktrace":"main\\n"}
                {"level":"info","ts":"x","msg":"closing"}
                """);

        assertThat(LogTail.lastComplaint(log, 0)).contains("discovery failed: member count is unequal");
    }

    @Test
    void a_stack_trace_explains_nothing() throws IOException {
        var log = write("""
                error: cannot listen on 127.0.0.1:1: Permission denied
                \tat somewhere(Some.java:1)
                """);

        assertThat(LogTail.lastComplaint(log, 0)).contains("error: cannot listen on 127.0.0.1:1: Permission denied");
    }

    @Test
    void what_an_earlier_run_wrote_does_not_count() throws IOException {
        var log = write("error: long ago\n");

        assertThat(LogTail.lastComplaint(log, Files.size(log))).isEmpty();
    }

    @Test
    void a_log_that_is_not_there_says_nothing() {
        assertThat(LogTail.lastComplaint(directory.resolve("none.log"), 0)).isEmpty();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("process.log"), text);
    }
}
