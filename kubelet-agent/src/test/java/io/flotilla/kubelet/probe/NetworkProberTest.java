package io.flotilla.kubelet.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.FakeCri;
import io.flotilla.proto.cri.ExecSyncResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class NetworkProberTest {
    private static final String HOST = "127.0.0.1";

    private final FakeCri runtime = new FakeCri();
    private final NetworkProber prober = new NetworkProber(new Cri(runtime.channel()));
    private final AtomicReference<String> agent = new AtomicReference<>("");
    private HttpServer server = none();

    private static HttpServer none() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void serve() {
        server.createContext("/", exchange -> {
            agent.set(exchange.getRequestHeaders().getFirst("User-Agent"));
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/away")) {
                exchange.getResponseHeaders().add("Location", "/200");
                exchange.sendResponseHeaders(302, -1);
            } else {
                exchange.sendResponseHeaders(Integer.parseInt(path.substring(1)), -1);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        runtime.close();
    }

    private Outcome attempt(Probe probe) {
        Container container = new ContainerBuilder()
                .withName("c")
                .addNewPort()
                .withName("web")
                .withContainerPort(server.getAddress().getPort())
                .endPort()
                .build();
        return prober.attempt(probe, container, "id", HOST);
    }

    private static Probe http(String path, IntOrString port) {
        return http(path, port, 60);
    }

    private static Probe http(String path, IntOrString port, int timeoutSeconds) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withPort(port)
                .endHttpGet()
                .withTimeoutSeconds(timeoutSeconds)
                .build();
    }

    @Test
    void anHttpProbeAcceptsTwoHundredsAndFollowsRedirects() {
        assertThat(attempt(http("/204", new IntOrString("web")))).isEqualTo(new Outcome.Success());
        assertThat(attempt(http("/away", new IntOrString("web")))).isEqualTo(new Outcome.Success());
        assertThat(agent.get()).isEqualTo("kube-probe/1.36");
    }

    @Test
    void anHttpProbeNamesTheStatusCode() {
        assertThat(attempt(http("/503", new IntOrString("web"))))
                .isEqualTo(new Outcome.Failure("HTTP probe failed with statuscode: 503"));
    }

    @Test
    void aClosedPortIsRefused() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        assertThat(attempt(http("/", new IntOrString(closed))))
                .isEqualTo(new Outcome.Failure("Get \"http://127.0.0.1:" + closed + "/\": dial tcp 127.0.0.1:" + closed
                        + ": connect: connection refused"));
        Probe tcp = new ProbeBuilder()
                .withNewTcpSocket()
                .withPort(new IntOrString(closed))
                .endTcpSocket()
                .withTimeoutSeconds(60)
                .build();
        assertThat(attempt(tcp))
                .isEqualTo(new Outcome.Failure("dial tcp 127.0.0.1:" + closed + ": connect: connection refused"));
    }

    @Test
    void aSilentServerTimesOut() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(attempt(http("/", new IntOrString(silent.getLocalPort()), 1)))
                    .isInstanceOfSatisfying(
                            Outcome.Failure.class,
                            failure -> assertThat(failure.said()).contains("Client.Timeout exceeded"));
        }
    }

    @Test
    void anOpenPortIsEnoughForTcp() {
        Probe tcp = new ProbeBuilder()
                .withNewTcpSocket()
                .withPort(new IntOrString("web"))
                .endTcpSocket()
                .withTimeoutSeconds(60)
                .build();
        assertThat(attempt(tcp)).isEqualTo(new Outcome.Success());
    }

    @Test
    void aPortNameThatIsUnknownSaysNothingOfTheContainer() {
        assertThat(attempt(http("/", new IntOrString("nope"))))
                .isEqualTo(new Outcome.Errored("strconv.Atoi: parsing \"nope\": invalid syntax"));
    }

    @Test
    void aCommandSucceedsWithZero() {
        Probe exec = new ProbeBuilder()
                .withNewExec()
                .withCommand("cat", "/tmp/x")
                .endExec()
                .build();
        assertThat(attempt(exec)).isEqualTo(new Outcome.Success());

        runtime.exec = _ -> ExecSyncResponse.newBuilder()
                .setExitCode(1)
                .setStderr(com.google.protobuf.ByteString.copyFromUtf8("no such file"))
                .build();
        assertThat(attempt(exec)).isEqualTo(new Outcome.Failure("no such file"));
    }
}
