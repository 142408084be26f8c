/**
 * One strategy a kind: what creation, update, status and deletion may change, set and refuse. Written against {@code schema} and the {@link io.flotilla.apiserver.registry.ObjectStore} contract, never against etcd or a transport.
 */
@NullMarked
package io.flotilla.apiserver.registry;

import org.jspecify.annotations.NullMarked;
