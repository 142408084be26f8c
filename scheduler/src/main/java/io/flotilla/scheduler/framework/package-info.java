/**
 * The extension points of scheduling: what a plugin may implement and what it is given. Holds contracts and data, no
 * behaviour of its own; depends on {@code object} and {@code snapshot}.
 */
@NullMarked
package io.flotilla.scheduler.framework;

import org.jspecify.annotations.NullMarked;
