/**
 * Leader election on Lease objects, and the fence under which a leader writes. Depends on {@code client}.
 */
@NullMarked
package io.flotilla.machinery.election;

import org.jspecify.annotations.NullMarked;
