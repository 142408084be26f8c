package io.flotilla.kubelet.cri;

import java.time.Instant;
import java.util.List;

/**
 * A pod sandbox that the runtime has.
 *
 * @param ips addresses of the pod, none in the node's own network
 * @param hostNetwork whether it shares the node's network
 */
public record SandboxView(
        String id, boolean ready, Instant createdAt, int attempt, List<String> ips, boolean hostNetwork) {}
