package io.flotilla.kubelet.runtime.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.flotilla.kubelet.runtime.embedded.Nanos;
import io.flotilla.proto.cri.NamespaceMode;
import io.flotilla.proto.cri.PodSandbox;
import io.flotilla.proto.cri.PodSandboxConfig;
import io.flotilla.proto.cri.PodSandboxNetworkStatus;
import io.flotilla.proto.cri.PodSandboxState;
import io.flotilla.proto.cri.PodSandboxStatus;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A simulated sandbox. The configuration is kept as bytes: parsed it would take several times the memory. */
final class SimPod {

    private final String id;
    private final ByteString config;
    private final String address;
    private final Instant createdAt;
    private final Set<SimContainer> containers = ConcurrentHashMap.newKeySet();
    private volatile boolean ready = true;

    SimPod(String id, ByteString config, String address, Instant createdAt) {
        this.id = id;
        this.config = config;
        this.address = address;
        this.createdAt = createdAt;
    }

    String id() {
        return id;
    }

    /** Returns the address; empty in the host's network. */
    String address() {
        return address;
    }

    Instant createdAt() {
        return createdAt;
    }

    ByteString bytes() {
        return config;
    }

    /** Its containers, as the store keeps them. */
    Set<SimContainer> containers() {
        return containers;
    }

    boolean ready() {
        return ready;
    }

    void stop() {
        ready = false;
    }

    PodSandboxConfig config() {
        try {
            return PodSandboxConfig.parseFrom(config);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a configuration that was accepted cannot be read", e);
        }
    }

    static boolean hostNetwork(PodSandboxConfig config) {
        return config.getLinux().getSecurityContext().getNamespaceOptions().getNetwork() == NamespaceMode.NODE;
    }

    PodSandboxStatus status() {
        PodSandboxConfig parsed = config();
        return PodSandboxStatus.newBuilder()
                .setId(id)
                .setMetadata(parsed.getMetadata())
                .setState(state())
                .setCreatedAt(Nanos.of(createdAt))
                .setNetwork(PodSandboxNetworkStatus.newBuilder().setIp(address))
                .putAllLabels(parsed.getLabelsMap())
                .putAllAnnotations(parsed.getAnnotationsMap())
                .build();
    }

    PodSandbox summary() {
        PodSandboxConfig parsed = config();
        return PodSandbox.newBuilder()
                .setId(id)
                .setMetadata(parsed.getMetadata())
                .setState(state())
                .setCreatedAt(Nanos.of(createdAt))
                .putAllLabels(parsed.getLabelsMap())
                .putAllAnnotations(parsed.getAnnotationsMap())
                .build();
    }

    private PodSandboxState state() {
        return ready ? PodSandboxState.SANDBOX_READY : PodSandboxState.SANDBOX_NOTREADY;
    }
}
