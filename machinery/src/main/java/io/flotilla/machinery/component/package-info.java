/**
 * Bootstrap of a process: flags, TLS, logging, health, metrics, ordered start and stop. Depends on {@code client}.
 */
@NullMarked
package io.flotilla.machinery.component;

import org.jspecify.annotations.NullMarked;
