package io.flotilla.kubeproxy.service;

import java.time.Duration;
import java.util.List;

/**
 * Where the connections to one address go.
 *
 * @param service {@code namespace/name:port}, for logs
 * @param backends sorted, without doubles; none means that connections are refused
 * @param affinity how long a client stays with its backend, zero for not at all
 */
public record Route(String service, List<Backend> backends, Duration affinity) {}
