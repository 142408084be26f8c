/**
 * What all controllers that own pods share: creating and deleting them, readiness and availability, expectations of what
 * the cache has yet to show, the order in which surplus pods go.
 */
@NullMarked
package io.flotilla.controllermanager.pod;

import org.jspecify.annotations.NullMarked;
