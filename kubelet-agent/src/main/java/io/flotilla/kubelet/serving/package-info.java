/** The agent's gRPC service for API servers, with mutual TLS: sessions, logs and figures. */
@NullMarked
package io.flotilla.kubelet.serving;

import org.jspecify.annotations.NullMarked;
