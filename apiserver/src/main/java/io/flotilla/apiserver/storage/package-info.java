/**
 * etcd, and nothing but etcd: keys, bytes, revisions, leases and the one watch, through the plain gRPC stubs. Knows no
 * Kubernetes object. Depends on nothing else of ours; only the cache and the registry call it.
 */
@NullMarked
package io.flotilla.apiserver.storage;

import org.jspecify.annotations.NullMarked;
