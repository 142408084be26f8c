package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.deploy.process.ProcessIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.assertj.core.api.ThrowingConsumer;

/** A lab as a person has it: everything goes through {@code ./flotilla} and {@code kubectl}. */
final class Lab {
    /** How to start a lab of one process of each kind. */
    static final String[] SMALL = {
        "up", "--etcd", "1", "--apiservers", "1", "--schedulers", "1", "--controller-managers", "1", "--nodes", "1"
    };

    /** For what comes within seconds on a machine that has nothing else to do. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private final Path directory;
    private final Shell shell;

    Lab(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
        this.shell = shell(Map.of());
    }

    /** A shell whose commands mean this lab, with further variables. */
    private Shell shell(Map<String, String> further) {
        var environment = new HashMap<>(Map.of(
                "FLOTILLA_NO_BUILD",
                "yes",
                "FLOTILLA_DATA_DIR",
                directory.toString(),
                "KUBECONFIG",
                directory.resolve("kubeconfig").toString(),
                "KUBECACHEDIR",
                directory.resolveSibling(directory.getFileName() + "-kubectl").toString()));
        environment.putAll(further);
        return new Shell(environment);
    }

    /** As a person begins: with programs that are built, and with caches from which their JVMs start faster. */
    static void prepare() {
        new Shell(Map.of())
                .run(List.of(ROOT.resolve("flotilla").toString(), "build"), "")
                .ok();
    }

    static Path example(String name) {
        return ROOT.resolve("deploy/examples").resolve(name);
    }

    Path directory() {
        return directory;
    }

    Shell shell() {
        return shell;
    }

    Result flotilla(String... arguments) {
        return shell.run(command(ROOT.resolve("flotilla").toString(), arguments), "");
    }

    Result kubectl(String... arguments) {
        return shell.run(command("kubectl", arguments), "");
    }

    Result apply(String manifest) {
        return shell.run(List.of("kubectl", "apply", "-f", "-"), manifest);
    }

    /** kubectl with an editor that is a command. */
    Result edit(String editor, String... arguments) {
        return shell(Map.of("KUBE_EDITOR", editor)).run(command("kubectl", arguments), "");
    }

    private static List<String> command(String program, String... arguments) {
        var command = new ArrayList<String>();
        command.add(program);
        command.addAll(List.of(arguments));
        return command;
    }

    /** An object as the cluster has it. */
    JsonNode get(String... nameOrSelector) {
        var arguments = new ArrayList<>(List.of("get"));
        arguments.addAll(List.of(nameOrSelector));
        arguments.addAll(List.of("-o", "json"));
        return json(kubectl(arguments.toArray(String[]::new)).ok());
    }

    /** What {@code status} says of every process. */
    List<JsonNode> status() {
        var list = json(flotilla("status", "-o", "json").ok());
        return StreamSupport.stream(list.spliterator(), false).toList();
    }

    JsonNode status(String process) {
        return status().stream()
                .filter(entry -> entry.path("name").asText().equals(process))
                .findFirst()
                .orElseThrow(() -> new AssertionError("status knows no " + process));
    }

    /** The process of that kind that leads. */
    String leader(String kind) {
        return status().stream()
                .filter(entry -> entry.path("kind").asText().equals(kind))
                .filter(entry -> entry.path("leader").asBoolean())
                .map(entry -> entry.path("name").asText())
                .findFirst()
                .orElse("");
    }

    /** The running process of that name, whatever has its pid later. */
    ProcessIdentity process(String name) {
        return ProcessIdentity.of(status(name).path("pid").asLong())
                .orElseThrow(() -> new AssertionError(name + " does not run"));
    }

    /** Every process that carries this lab's mark. */
    List<ProcessIdentity> processes() {
        return ProcessIdentity.withEnvironment("FLOTILLA_LAB", id()).toList();
    }

    String id() {
        try {
            return json(Files.readString(directory.resolve("plan.json")))
                    .path("id")
                    .asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until everything is as it should be. */
    void awaitAllReady() {
        eventually(lab -> assertThat(lab.status())
                .allSatisfy(process -> assertThat(process.path("ready").asBoolean())
                        .as(process.path("name").asText())
                        .isTrue()));
    }

    /** Waits until this holds; a command or a connection that fails meanwhile is tried again. */
    void eventually(ThrowingConsumer<Lab> holds) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .untilAsserted(() -> holds.accept(this));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }
}
