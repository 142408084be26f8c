/**
 * Garbage collection by owner references: background, foreground and orphaning deletion. Works on metadata only.
 */
@NullMarked
package io.flotilla.controllermanager.garbagecollector;

import org.jspecify.annotations.NullMarked;
