package io.flotilla.kubelet.probe;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ExecAction;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;

/** Probes simulated containers, which have no sockets: the runtime itself is asked what the probe would say. */
public final class SimulatedProber implements Prober {
    private static final String COMMAND = "sim-probe";

    private final Prober commands;

    /** Makes a prober that asks through the commands of another. */
    public SimulatedProber(Prober commands) {
        this.commands = commands;
    }

    @Override
    public Outcome attempt(Probe probe, Container container, String containerId, String podIp) {
        if (probe.getExec() != null) {
            return commands.attempt(probe, container, containerId, podIp);
        }
        Probe asked = new ProbeBuilder(probe)
                .withHttpGet(null)
                .withTcpSocket(null)
                .withGrpc(null)
                .withExec(new ExecAction(java.util.List.of(COMMAND)))
                .build();
        return commands.attempt(asked, container, containerId, podIp);
    }
}
