/**
 * One pod after another: the scheduling cycle on one thread, the binding cycles beside it, what the API tells and what it
 * is told. Depends on all other packages of the scheduler.
 */
@NullMarked
package io.flotilla.scheduler.cycle;

import org.jspecify.annotations.NullMarked;
