package io.flotilla.kubelet.container;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriException;
import io.flotilla.kubelet.http.HttpCall;
import io.flotilla.kubelet.http.HttpClient;
import io.flotilla.proto.cri.ExecSyncResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Runs lifecycle handlers. */
public final class Hooks {
    private static final Duration HTTP_TIMEOUT = Duration.ofMinutes(2);
    private static final String USER_AGENT = "kube-lifecycle/1.36";

    private final Cri cri;

    public Hooks(Cri cri) {
        this.cri = cri;
    }

    /** A hook failed. */
    public static final class HookException extends Exception {
        private static final long serialVersionUID = 1L;

        HookException(String message) {
            super(message);
        }
    }

    /**
     * Runs the handler to its end.
     *
     * @param podIps addresses of the pod
     */
    public void run(LifecycleHandler handler, Container container, String containerId, List<String> podIps)
            throws HookException, InterruptedException {
        if (handler.getExec() != null) {
            exec(handler, containerId);
        } else if (handler.getHttpGet() != null) {
            get(handler, container, podIps);
        } else if (handler.getSleep() != null) {
            Thread.sleep(Duration.ofSeconds(handler.getSleep().getSeconds()));
        } else {
            throw new HookException("invalid handler: " + handler);
        }
    }

    private void exec(LifecycleHandler handler, String containerId) throws HookException {
        List<String> command = handler.getExec().getCommand();
        try {
            ExecSyncResponse answer = cri.exec(containerId, command, Duration.ZERO);
            if (answer.getExitCode() != 0) {
                String said =
                        (answer.getStdout().toStringUtf8() + answer.getStderr().toStringUtf8()).strip();
                throw new HookException("Exec lifecycle hook (" + command + ") failed - error: command '"
                        + String.join(" ", command) + "' exited with " + answer.getExitCode() + ": , message: \"" + said
                        + "\"");
            }
        } catch (CriException e) {
            throw new HookException("Exec lifecycle hook (" + command + ") failed - error: " + e.getMessage());
        }
    }

    private static void get(LifecycleHandler handler, Container container, List<String> podIps) throws HookException {
        try {
            HttpCall call =
                    HttpCall.of(handler.getHttpGet(), container, podIps.isEmpty() ? "" : podIps.getFirst(), USER_AGENT);
            HttpClient.Response response = HttpClient.get(call, HTTP_TIMEOUT);
            if (response.status() >= 400) {
                throw new HookException("HTTP lifecycle hook (" + call.path() + ") failed - HTTP status "
                        + response.status() + ", message: "
                        + response.body());
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new HookException("HTTP lifecycle hook failed - error: " + e.getMessage());
        }
    }
}
