package io.flotilla.deploy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.flotilla.deploy.status.ProcessStatus;
import io.flotilla.deploy.status.StatusReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla status}. */
@Command(name = "status", description = "Show every process of the lab: who leads, who is ready, what it takes.")
final class StatusCommand implements Callable<Integer> {
    enum Format {
        TABLE,
        WIDE,
        JSON
    }

    @Mixin
    private LabDirectory lab = new LabDirectory();

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            paramLabel = "FORMAT",
            description = "table, wide (with restarts and the last end) or json.")
    private Format format = Format.TABLE;

    @Override
    public Integer call() throws InterruptedException, JsonProcessingException {
        var processes = new StatusReader(lab.plan(), lab.files()).read();
        switch (format) {
            case JSON ->
                System.out.println(new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsString(processes));
            case TABLE, WIDE -> print(processes, format == Format.WIDE);
        }
        return 0;
    }

    private static void print(List<ProcessStatus> processes, boolean wide) {
        var table = new TextTable();
        var header = new ArrayList<>(List.of("NAME", "STATE", "READY", "ROLE", "TERM", "PID", "ADDRESS", "MEMORY"));
        if (wide) {
            header.addAll(List.of("NODE", "RESTARTS", "LAST END"));
        }
        table.add(header);
        for (var process : processes) {
            var row = new ArrayList<>(List.of(
                    process.name(),
                    process.state(),
                    process.ready() ? "yes" : "no",
                    process.role(),
                    process.term() == 0 ? "" : Long.toString(process.term()),
                    process.pid() == 0 ? "" : Long.toString(process.pid()),
                    process.address(),
                    process.memory() == 0 ? "" : mebibytes(process.memory())));
            if (wide) {
                row.addAll(List.of(process.node(), Integer.toString(process.restarts()), process.lastExit()));
            }
            table.add(row);
        }
        System.out.print(table);
        var ready = processes.stream().filter(ProcessStatus::ready).count();
        var memory = processes.stream().mapToLong(ProcessStatus::memory).sum();
        System.out.println(ready + " of " + processes.size() + " processes ready, " + mebibytes(memory) + " resident.");
        if (processes.getFirst().pid() == 0) {
            System.out.println("The supervisor does not run, so nothing that dies is restarted: ./flotilla up starts it"
                    + " and takes over what runs.");
        }
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%d MiB", Math.round(bytes / 1048576.0));
    }
}
