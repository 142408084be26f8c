package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.linux.Processes;
import io.flotilla.kubelet.runtime.process.ContainerSpec.Bind;
import java.util.List;
import java.util.Set;

/** What a container without namespaces cannot have, said before it is made rather than found missing by its program. */
final class PlainMounts {

    /** Mounted by the node for every pod and not asked for by anybody: left out. */
    private static final Set<String> EVERYBODYS =
            Set.of("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev/shm", "/dev/termination-log");

    private static final String SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

    private PlainMounts() {}

    static void check(ContainerSpec spec, String reason) {
        List<Bind> missing = spec.binds().stream()
                .filter(bind ->
                        !EVERYBODYS.contains(bind.target()) && !bind.target().equals(SERVICE_ACCOUNT))
                .filter(bind -> !bind.source().normalize().toString().equals(bind.target()))
                .toList();
        if (!missing.isEmpty()) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.REFUSED,
                    "cannot mount a volume at \"" + missing.getFirst().target() + "\": " + reason
                            + ", and without a mount namespace a volume can be reached only at its own path, \""
                            + missing.getFirst().source() + "\"");
        }
        if (!Processes.isRoot() && !spec.user().isRoot() && spec.user().uid() != Processes.userId()) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.REFUSED,
                    "cannot run as user " + spec.user().uid() + ": " + reason);
        }
    }
}
