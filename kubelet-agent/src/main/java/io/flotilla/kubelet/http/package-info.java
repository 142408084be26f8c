/** The few HTTP requests that hooks and probes make, on plain sockets: no connection is kept, no certificate checked. */
@NullMarked
package io.flotilla.kubelet.http;

import org.jspecify.annotations.NullMarked;
