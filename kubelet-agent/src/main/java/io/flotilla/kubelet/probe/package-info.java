/** Startup, liveness and readiness probes of running containers: when each runs, what its outcomes add up to. */
@NullMarked
package io.flotilla.kubelet.probe;

import org.jspecify.annotations.NullMarked;
