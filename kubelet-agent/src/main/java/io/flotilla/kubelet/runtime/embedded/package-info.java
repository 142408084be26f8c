/**
 * What the embedded runtimes share: the gRPC services (CRI v1 and Streaming) on an in-process server, written once over
 * the blocking contract {@link io.flotilla.kubelet.runtime.embedded.PodRuntime}; pod addresses, lifecycle events, small
 * files of state. What a container is belongs to the runtimes, which depend on this package and not the other way round.
 */
@NullMarked
package io.flotilla.kubelet.runtime.embedded;

import org.jspecify.annotations.NullMarked;
