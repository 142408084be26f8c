/**
 * The client of the cluster API over many API servers, and the errors it throws. Depends on {@code scheme} and {@code object}.
 */
@NullMarked
package io.flotilla.machinery.client;

import org.jspecify.annotations.NullMarked;
