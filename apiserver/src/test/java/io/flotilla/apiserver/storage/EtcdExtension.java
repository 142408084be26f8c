package io.flotilla.apiserver.storage;

import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real etcd, from the {@code etcd} binary on the path: its members can be killed and started again. */
public final class EtcdExtension implements BeforeAllCallback, AfterAllCallback {
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
        directory = Optional.of(Files.createTempDirectory("etcd"));
        for (int i = 0; i < members; i++) {
            clientPorts.add(freePort());
            peerPorts.add(freePort());
            processes.add(Optional.empty());
        }
        for (int i = 0; i < members; i++) {
            start(i);
        }
        try (EtcdStore store = EtcdStore.open(config())) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> {
                store.ping();
                return true;
            });
        }
    }

    private static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "etcd")));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
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
        ProcessBuilder builder = new ProcessBuilder(
                "etcd",
                "--name=m" + member,
                "--data-dir=" + data,
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + String.join(",", cluster),
                "--unsafe-no-fsync");
        builder.redirectErrorStream(true)
                .redirectOutput(data.resolveSibling("m" + member + ".log").toFile());
        try {
            processes.set(member, Optional.of(startOrWithoutFlag(builder)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Releases before 3.5 have no flag to leave out fsync and end at once. */
    private static Process startOrWithoutFlag(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        try {
            if (process.waitFor(300, TimeUnit.MILLISECONDS)) {
                builder.command(builder.command().subList(0, builder.command().size() - 1));
                return builder.start();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return process;
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
