/**
 * The scheduler's metrics under Kubernetes' names. Depends on nothing of the scheduler's.
 */
@NullMarked
package io.flotilla.scheduler.metrics;

import org.jspecify.annotations.NullMarked;
