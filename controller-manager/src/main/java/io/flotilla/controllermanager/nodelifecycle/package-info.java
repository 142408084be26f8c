/**
 * Judges by their heartbeats whether nodes live, taints those that do not, and has their pods marked not ready.
 */
@NullMarked
package io.flotilla.controllermanager.nodelifecycle;

import org.jspecify.annotations.NullMarked;
