/**
 * Deletes pods that nothing else will: finished ones beyond a limit, those of nodes that are gone, and those deleted before
 * they were bound.
 */
@NullMarked
package io.flotilla.controllermanager.podgc;

import org.jspecify.annotations.NullMarked;
