package io.flotilla.deploy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.process.ProcessIdentity;
import io.flotilla.deploy.supervisor.ProcessRecord.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordsTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void what_is_recorded_is_read_again() throws IOException {
        var files = new LabFiles(directory);
        files.create();
        var records = List.of(
                ProcessRecord.waiting("etcd-1").running(new ProcessIdentity(42, 1234, "boot")),
                ProcessRecord.waiting("etcd-2").ended(State.STOPPED, "stopped by command (SIGKILL)"));

        new Records(files).save(records);

        assertThat(new Records(files).load()).isEqualTo(records);
    }

    @Test
    void records_that_cannot_be_read_count_as_none() throws IOException {
        var files = new LabFiles(directory);
        files.create();
        Files.writeString(files.processes(), "[{");

        assertThat(new Records(files).load()).isEmpty();
    }
}
