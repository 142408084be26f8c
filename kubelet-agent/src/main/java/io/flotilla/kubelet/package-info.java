/**
 * The node agent's process: its {@code Main}, flags and wiring. What it does lives in the packages below.
 */
@NullMarked
package io.flotilla.kubelet;

import org.jspecify.annotations.NullMarked;
