/**
 * The scheduler's process: its {@code Main}, flags and wiring. What it does lives in the packages below.
 */
@NullMarked
package io.flotilla.scheduler;

import org.jspecify.annotations.NullMarked;
