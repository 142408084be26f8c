package io.flotilla.kubelet.probe;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.http.HttpCall;
import io.flotilla.kubelet.http.HttpClient;
import io.flotilla.proto.cri.ExecSyncResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;

/** Probes for real: commands through the runtime, the rest over the network. */
public final class NetworkProber implements Prober {
    private static final String USER_AGENT = "kube-probe/1.36";
    private static final int LONGEST_OUTPUT = 10 << 10;

    private final Cri cri;

    public NetworkProber(Cri cri) {
        this.cri = cri;
    }

    @Override
    public Outcome attempt(Probe probe, Container container, String containerId, String podIp) {
        Duration timeout = Duration.ofSeconds(probe.getTimeoutSeconds() == null ? 1 : probe.getTimeoutSeconds());
        try {
            if (probe.getExec() != null) {
                return exec(probe.getExec().getCommand(), containerId, timeout);
            }
            if (probe.getHttpGet() != null) {
                return get(HttpCall.of(probe.getHttpGet(), container, podIp, USER_AGENT), timeout);
            }
            if (probe.getTcpSocket() != null) {
                String host = probe.getTcpSocket().getHost();
                int port = HttpCall.port(probe.getTcpSocket().getPort(), container);
                return connect(host == null || host.isEmpty() ? podIp : host, port, timeout);
            }
            if (probe.getGrpc() != null) {
                String service = probe.getGrpc().getService();
                return GrpcHealth.check(podIp, probe.getGrpc().getPort(), service == null ? "" : service, timeout);
            }
            return new Outcome.Errored("missing probe handler for " + container.getName());
        } catch (IllegalArgumentException e) {
            return new Outcome.Errored(String.valueOf(e.getMessage()));
        }
    }

    private Outcome exec(List<String> command, String containerId, Duration timeout) {
        try {
            ExecSyncResponse answer = cri.exec(containerId, command, timeout);
            if (answer.getExitCode() == 0) {
                return new Outcome.Success();
            }
            String said = answer.getStdout().toStringUtf8() + answer.getStderr().toStringUtf8();
            return new Outcome.Failure(said.length() > LONGEST_OUTPUT ? said.substring(0, LONGEST_OUTPUT) : said);
        } catch (CriException e) {
            return e.isTimeout()
                    ? new Outcome.Failure("command \"" + String.join(" ", command) + "\" timed out")
                    : new Outcome.Errored(e.getMessage());
        }
    }

    private static Outcome get(HttpCall call, Duration timeout) {
        try {
            HttpClient.Response response = HttpClient.get(call, timeout);
            return response.status() >= 200 && response.status() < 400
                    ? new Outcome.Success()
                    : new Outcome.Failure("HTTP probe failed with statuscode: " + response.status());
        } catch (IOException e) {
            return new Outcome.Failure(String.valueOf(e.getMessage()));
        }
    }

    private static Outcome connect(String host, int port, Duration timeout) {
        String authority = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            return new Outcome.Success();
        } catch (SocketTimeoutException _) {
            return new Outcome.Failure("dial tcp " + authority + ": i/o timeout");
        } catch (IOException e) {
            return new Outcome.Failure(HttpClient.dialing(authority, e));
        }
    }
}
