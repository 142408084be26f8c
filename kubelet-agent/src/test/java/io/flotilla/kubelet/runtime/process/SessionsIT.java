package io.flotilla.kubelet.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.flotilla.kubelet.runtime.linux.Processes;
import io.flotilla.proto.node.PortForwardOutput;
import io.flotilla.proto.runtime.RuntimePortForwardInput;
import io.flotilla.proto.runtime.RuntimePortForwardStart;
import io.flotilla.proto.runtime.StreamingGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exec, attach and port-forward with real processes; skipped with the reason where there are no namespaces. */
class SessionsIT {

    @TempDir
    Path directory;

    private Node node;
    private String pod;

    @BeforeEach
    void open() throws IOException {
        Requirements.namespaces();
        node = Node.open(directory, "127.90.2.0/24");
        pod = node.run(node.pod("web"));
    }

    @AfterEach
    void close() {
        if (node != null) {
            node.removePod(pod);
            node.close();
        }
    }

    private String sleeping() {
        return node.createAndStart(
                pod, Node.container("main", "busybox", "sleep", "1000").build());
    }

    @Test
    void execPassesStandardInputToItsEndAndBothOutputs() throws Exception {
        var session = Session.exec(
                node.runtime().channel(), sleeping(), false, "sh", "-c", "cat; echo done; echo bad >&2; exit 4");

        session.send("hello ");
        session.send("world\n");
        session.closeStdin();

        assertThat(session.exitCode()).isEqualTo(4);
        assertThat(session.stdout()).isEqualTo("hello world\ndone\n");
        assertThat(session.stderr()).isEqualTo("bad\n");
    }

    @Test
    void tenMebibytesGoThroughExecUnchangedBothWays() throws Exception {
        byte[] data = new byte[10 << 20];
        new Random(7).nextBytes(data);
        var session = Session.exec(
                node.runtime().channel(), sleeping(), false, "sh", "-c", "tee /tmp/copy; sha256sum /tmp/copy >&2");

        for (int at = 0; at < data.length; at += 32 << 10) {
            session.send(ByteString.copyFrom(data, at, 32 << 10));
        }
        session.closeStdin();

        assertThat(session.exitCode()).isZero();
        assertThat(session.stdoutBytes().toByteArray()).isEqualTo(data);
        String sum = java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(data));
        assertThat(session.stderr()).startsWith(sum);
    }

    @Test
    void execOnATerminalHasOneAndFollowsTheWindowsSize() throws Exception {
        // Not busybox's shell: it asks the terminal where the cursor is, and takes what is typed meanwhile for the
        // answer.
        String id = node.createAndStart(
                pod, Node.container("main", "debian", "sleep", "1000").build());
        var session = Session.exec(node.runtime().channel(), id, true, "sh");
        session.resize(101, 37);
        await().untilAsserted(() -> assertThat(session.stdout()).contains("# "));

        session.send("tty; stty size\n");
        await().untilAsserted(() -> assertThat(session.stdout()).contains("/dev/pts/", "37 101"));
        session.resize(55, 20);
        session.send("stty size\n");
        await().untilAsserted(() -> assertThat(session.stdout()).contains("20 55"));
        // Control-C reaches the program in the foreground and not the shell.
        session.send("sh -c 'echo be\"\"gun; sleep 999'\n");
        await().untilAsserted(() -> assertThat(session.stdout()).contains("begun"));
        session.send("\u0003");
        await().untilAsserted(() -> assertThat(session.stdout()).contains("^C"));
        session.send("echo $((40 + 2))\n");
        await().untilAsserted(() -> assertThat(session.stdout()).contains("42\r\n"));
        session.send("exit 9\n");

        assertThat(session.exitCode()).as(session.stdout()).isEqualTo(9);
    }

    @Test
    void aCommandWhoseClientGoesAwayIsKilled() {
        String id = sleeping();
        var session = Session.exec(node.runtime().channel(), id, false, "sh", "-c", "echo up; sleep 4444 & wait");
        await().untilAsserted(() -> assertThat(session.stdout()).isEqualTo("up\n"));

        session.cancel();

        await().untilAsserted(() ->
                assertThat(node.exec(id, "ps").getStdout().toStringUtf8()).doesNotContain("4444"));
    }

    @Test
    void attachSeesOutputFromThenOnFeedsStandardInputAndEndsIt() throws Exception {
        String id = node.createAndStart(
                pod,
                Node.container("reader", "busybox", "sh", "-c", "while read -r line; do echo got $line; done; exit 6")
                        .setStdin(true)
                        .setStdinOnce(true)
                        .build());
        var session = Session.attach(node.runtime().channel(), id);

        session.send("one\n");
        await().untilAsserted(() -> assertThat(session.stdout()).isEqualTo("got one\n"));
        session.send("two\n");
        session.closeStdin();

        assertThat(session.exitCode()).isEqualTo(6);
        assertThat(session.stdout()).isEqualTo("got one\ngot two\n");
        assertThat(node.logLines("web", "reader")).containsExactly("stdout F got one", "stdout F got two");
    }

    @Test
    void standardInputThatIsNotForOneClientOnlyOutlivesEachOfThem() throws Exception {
        String id = node.createAndStart(
                pod,
                Node.container("reader", "busybox", "sh", "-c", "while read -r line; do echo got $line; done; exit 6")
                        .setStdin(true)
                        .build());
        var first = Session.attach(node.runtime().channel(), id);
        first.send("one\n");
        first.closeStdin();
        await().untilAsserted(() -> assertThat(first.stdout()).isEqualTo("got one\n"));
        first.cancel();

        var second = Session.attach(node.runtime().channel(), id);
        second.send("two\n");

        await().untilAsserted(() -> assertThat(second.stdout()).isEqualTo("got two\n"));
    }

    @Test
    void attachToAContainerOnATerminalTypesAndResizes() throws Exception {
        String id = node.createAndStart(
                pod,
                Node.container("shell", "debian", "sh")
                        .setStdin(true)
                        .setTty(true)
                        .build());
        var session = Session.attach(node.runtime().channel(), id);
        session.resize(88, 33);

        session.send("stty size; tty\n");
        await().untilAsserted(() -> assertThat(session.stdout()).contains("33 88", "/dev/pts/"));
        session.send("exit 3\n");

        assertThat(session.exitCode()).isEqualTo(3);
        assertThat(node.awaitExit(id).getExitCode()).isEqualTo(3);
    }

    @Test
    void theFirstProcessOfAContainerIsNotDeafToTheInterruptOfItsTerminal() throws Exception {
        String id = node.createAndStart(
                pod,
                Node.container(
                                "cat",
                                "busybox",
                                "sh",
                                "-c",
                                "trap 'echo caught; exit 2' INT; echo ready; while :; do sleep 0.05; done")
                        .setStdin(true)
                        .setTty(true)
                        .build());
        await().untilAsserted(() -> assertThat(node.logLines("web", "cat")).anyMatch(line -> line.contains("ready")));
        var session = Session.attach(node.runtime().channel(), id);

        session.send("\u0003");

        assertThat(session.exitCode()).isEqualTo(2);
    }

    @Test
    void nginxServesItsWelcomePageOnThePodsAddressAndThroughPortForward() throws Exception {
        String id =
                node.createAndStart(pod, Node.container("nginx", "nginx:1.7.9").build());

        await().untilAsserted(() ->
                assertThat(forward(80, "GET / HTTP/1.0\r\n\r\n")).contains("200 OK", "Welcome to nginx!"));
        assertThat(node.exec(id, "busybox", "wget", "-qO-", "http://" + node.address(pod))
                        .getStdout()
                        .toStringUtf8())
                .contains("Welcome to nginx!");
        await().untilAsserted(() ->
                assertThat(node.logLines("web", "nginx")).anyMatch(line -> line.contains("response:200")));
        assertThat(forward(81, "")).startsWith("error: failed to connect to port 81");
        long resident = Processes.tree(node.shimPid(id)).stream()
                        .mapToLong(Processes.Stat::rssPages)
                        .sum()
                * 4;
        System.err.println("nginx stand-in with its shim: " + resident + " KiB resident in "
                + Processes.tree(node.shimPid(id)).size() + " processes");
    }

    private String forward(int port, String request) throws Exception {
        var answer = new StringBuilder();
        var end = new CompletableFuture<String>();
        var input = StreamingGrpc.newStub(node.runtime().channel()).portForward(new StreamObserver<>() {
            @Override
            public void onNext(PortForwardOutput message) {
                switch (message.getOutputCase()) {
                    case CONNECTED -> answer.append("connected\n");
                    case DATA -> answer.append(message.getData().toStringUtf8());
                    case ERROR -> answer.append("error: ").append(message.getError());
                    case CLOSED, OUTPUT_NOT_SET -> {}
                }
            }

            @Override
            public void onError(Throwable failure) {
                end.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                end.complete(answer.toString());
            }
        });
        input.onNext(RuntimePortForwardInput.newBuilder()
                .setStart(RuntimePortForwardStart.newBuilder()
                        .setPodSandboxId(pod)
                        .setPort(port))
                .build());
        input.onNext(RuntimePortForwardInput.newBuilder()
                .setData(ByteString.copyFromUtf8(request))
                .build());
        input.onNext(RuntimePortForwardInput.newBuilder().setClosed(true).build());
        return end.get(2, TimeUnit.MINUTES);
    }
}
