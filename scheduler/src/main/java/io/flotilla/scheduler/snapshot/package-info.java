/**
 * The scheduler's picture of the cluster: the cache that events and assumptions change, and the snapshot of it that one
 * scheduling cycle works on. Depends on {@code object}.
 */
@NullMarked
package io.flotilla.scheduler.snapshot;

import org.jspecify.annotations.NullMarked;
