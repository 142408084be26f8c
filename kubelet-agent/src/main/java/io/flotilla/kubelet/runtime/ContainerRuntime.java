package io.flotilla.kubelet.runtime;

import io.grpc.Channel;

/**
 * A connected container runtime.
 *
 * <p>{@link #channel} carries {@code runtime.v1.RuntimeService} and {@code runtime.v1.ImageService}; when
 * {@link #streams} is true also {@code flotilla.runtime.v1.Streaming}, and then the Exec, Attach and PortForward calls of
 * CRI, which hand out URLs, answer UNIMPLEMENTED. Closing leaves containers running: whoever opens a runtime on the same
 * directory again finds them, with the exit codes of those that ended meanwhile.
 */
public interface ContainerRuntime extends AutoCloseable {

    /** Returns the channel; it stays the same until {@link #close}. */
    Channel channel();

    /** Returns whether the channel also carries {@code flotilla.runtime.v1.Streaming}. */
    boolean streams();

    @Override
    void close();
}
