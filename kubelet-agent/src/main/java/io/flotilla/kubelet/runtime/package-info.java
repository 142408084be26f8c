/**
 * How the agent reaches its container runtime: the flag {@code --container-runtime-endpoint} and the gRPC channel it leads
 * to. Behind the channel the agent sees CRI v1 and, from an embedded runtime, {@code flotilla.runtime.v1.Streaming};
 * nothing of a runtime's inside belongs here.
 */
@NullMarked
package io.flotilla.kubelet.runtime;

import org.jspecify.annotations.NullMarked;
