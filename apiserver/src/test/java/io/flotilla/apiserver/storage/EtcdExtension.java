package io.flotilla.apiserver.storage;

import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real etcd, from the {@code etcd} binary on the path: its members can be killed and started again. It need not outlive
 * the machine, so it does not wait for a disk where that can be avoided.
 */
public final class EtcdExtension implements BeforeAllCallback, AfterAllCallback {
    private static final String NO_FSYNC = "--unsafe-no-fsync";
    private static final Path MEMORY = Path.of("/dev/shm");

    /** Of a member: its log alone takes two files of 64 MiB. */
    private static final long ROOM = 512L << 20;

    private final int members;
    private final List<Integer> clientPorts = new ArrayList<>();
    private final List<Integer> peerPorts = new ArrayList<>();
    private final List<Optional<Process>> processes = new ArrayList<>();
    private Optional<Path> directory = Optional.empty();

    public EtcdExtension(int members) {
        this.members = members;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Assumptions.assumeTrue(isInstalled(), "no etcd binary on the path");
        directory = Optional.of(newDirectory());
        choosePorts();
        for (int i = 0; i < members; i++) {
            start(i);
        }
        try (EtcdStore store = EtcdStore.open(config())) {
            Awaitility.await().atMost(Duration.ofMinutes(3)).ignoreExceptions().until(() -> {
                store.ping();
                return true;
            });
        }
    }

    private static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "etcd")));
    }

    private Path newDirectory() throws IOException {
        boolean inMemory =
                Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM * members;
        return inMemory ? Files.createTempDirectory(MEMORY, "etcd") : Files.createTempDirectory("etcd");
    }

    /** Holds each port until all are chosen: no two are the same. */
    private void choosePorts() throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < members; i++) {
                for (List<Integer> ports : List.of(clientPorts, peerPorts)) {
                    ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    held.add(socket);
                    ports.add(socket.getLocalPort());
                }
                processes.add(Optional.empty());
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    public EtcdConfig config() {
        return new EtcdConfig(
                clientPorts.stream()
                        .map(port -> URI.create("http://127.0.0.1:" + port))
                        .toList(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Starts a member, with the data that it has. */
    public void start(int member) {
        List<String> cluster = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            cluster.add("m" + i + "=http://127.0.0.1:" + peerPorts.get(i));
        }
        String client = "http://127.0.0.1:" + clientPorts.get(member);
        String peer = "http://127.0.0.1:" + peerPorts.get(member);
        Path data = directory.orElseThrow().resolve("m" + member);
        List<String> command = new ArrayList<>(List.of(
                "etcd",
                "--name=m" + member,
                "--data-dir=" + data,
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + String.join(",", cluster)));
        try {
            if (knowsNoFsync()) {
                command.add(NO_FSYNC);
            }
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(data.resolveSibling("m" + member + ".log").toFile());
            processes.set(member, Optional.of(builder.start()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Releases before 3.5 have no flag to leave out fsync, and end at once where it is given. */
    private static boolean knowsNoFsync() throws IOException {
        Process help =
                new ProcessBuilder("etcd", "--help").redirectErrorStream(true).start();
        try (InputStream said = help.getInputStream()) {
            return new String(said.readAllBytes(), StandardCharsets.UTF_8).contains(NO_FSYNC);
        }
    }

    /** Forgets everything before a revision. */
    public void compact(long revision) {
        ManagedChannel channel = Grpc.newChannelBuilder(
                        "127.0.0.1:" + clientPorts.getFirst(), InsecureChannelCredentials.create())
                .build();
        try {
            CompactionResponse done = KVGrpc.newBlockingStub(channel)
                    .compact(CompactionRequest.newBuilder()
                            .setRevision(revision)
                            .setPhysical(true)
                            .build());
            assert done.hasHeader();
        } finally {
            channel.shutdownNow();
        }
    }

    /** As {@code kill -9}. */
    public void kill(int member) {
        processes
                .get(member)
                .ifPresent(process -> process.destroyForcibly().onExit().join());
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        for (int i = 0; i < processes.size(); i++) {
            kill(i);
        }
        if (directory.isPresent()) {
            try (Stream<Path> files = Files.walk(directory.get())) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }
}
