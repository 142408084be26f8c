/**
 * The controller manager's process: its {@code Main}, flags and wiring. Each controller has a package of its own.
 */
@NullMarked
package io.flotilla.controllermanager;

import org.jspecify.annotations.NullMarked;
