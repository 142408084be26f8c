/**
 * The service proxy's process: its {@code Main}, flags and wiring. What it does lives in the packages below.
 */
@NullMarked
package io.flotilla.kubeproxy;

import org.jspecify.annotations.NullMarked;
