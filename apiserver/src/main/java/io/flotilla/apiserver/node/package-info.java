/**
 * The way from here to the agents of nodes, by gRPC: where a pod's containers are, and one channel to each agent; and to
 * what serves behind a service. Knows no transport of clients.
 */
@NullMarked
package io.flotilla.apiserver.node;

import org.jspecify.annotations.NullMarked;
