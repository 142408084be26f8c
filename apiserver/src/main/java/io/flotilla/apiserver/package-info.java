/**
 * The API server's process: its {@code Main}, flags and wiring. What it does lives in the packages below.
 */
@NullMarked
package io.flotilla.apiserver;

import org.jspecify.annotations.NullMarked;
