/**
 * The way from here to the agents of nodes, by gRPC: where a pod's containers are, and one channel to each agent. Knows
 * no transport of clients.
 */
@NullMarked
package io.flotilla.apiserver.node;

import org.jspecify.annotations.NullMarked;
