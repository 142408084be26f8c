/**
 * Drives the API over the wire, as its clients do: a whole server on real sockets before a real etcd, asked in HTTP and
 * gRPC, its answers compared with those of Kubernetes. Knows nothing of the server's insides but how to start it.
 */
@NullMarked
package io.flotilla.apiserver.conformance;

import org.jspecify.annotations.NullMarked;
