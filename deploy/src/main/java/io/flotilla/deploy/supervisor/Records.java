package io.flotilla.deploy.supervisor;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The records of a lab's processes on disk, by which they are found again when the supervisor itself was killed. */
public final class Records {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final LabFiles files;

    public Records(LabFiles files) {
        this.files = files;
    }

    /**
     * What was recorded last. Records that cannot be read count as none: processes are then found by the mark in their
     * environment.
     */
    public List<ProcessRecord> load() {
        if (!Files.exists(files.processes())) {
            return List.of();
        }
        try {
            return JSON.readValue(Files.readString(files.processes()), new TypeReference<>() {});
        } catch (IOException e) {
            return List.of();
        }
    }

    void save(Collection<ProcessRecord> records) throws IOException {
        PrivateFile.write(files.processes(), JSON.writeValueAsString(new ArrayList<>(records)) + "\n");
    }

    public void clear() throws IOException {
        Files.deleteIfExists(files.processes());
    }
}
