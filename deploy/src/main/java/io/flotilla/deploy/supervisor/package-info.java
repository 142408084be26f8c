/**
 * The process that starts, watches, restarts and stops the others, and the socket by which it is commanded. Depends on {@code process} and {@code plan}.
 */
@NullMarked
package io.flotilla.deploy.supervisor;

import org.jspecify.annotations.NullMarked;
