/**
 * Jobs: pods that run to an end, counted exactly once by a finalizer that only this controller removes.
 */
@NullMarked
package io.flotilla.controllermanager.job;

import org.jspecify.annotations.NullMarked;
