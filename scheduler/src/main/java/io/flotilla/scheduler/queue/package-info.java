/**
 * The pods that wait for a node, and when each is tried again. Depends on {@code framework} and {@code object}.
 */
@NullMarked
package io.flotilla.scheduler.queue;

import org.jspecify.annotations.NullMarked;
