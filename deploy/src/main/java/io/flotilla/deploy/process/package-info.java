/**
 * How each program is run: command line, JVM options, environment, log, readiness, and the identity of a running process. Depends on {@code plan}.
 */
@NullMarked
package io.flotilla.deploy.process;

import org.jspecify.annotations.NullMarked;
