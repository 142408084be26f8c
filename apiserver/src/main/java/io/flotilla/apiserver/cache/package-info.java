/**
 * The watch cache: every stored object as the bytes that clients get, snapshots of each resource at past revisions, the
 * recent events, and the watches that are fed from them. Filled by one watch on etcd. Reads here parse and serialise
 * nothing. Depends on {@code storage} alone, and on {@code schema} for the names of resources.
 */
@NullMarked
package io.flotilla.apiserver.cache;

import org.jspecify.annotations.NullMarked;
