/**
 * The plugins of the default profile, each in its file, with Kubernetes' names, reasons and scores. They know the
 * framework and the objects, not each other.
 */
@NullMarked
package io.flotilla.scheduler.plugin;

import org.jspecify.annotations.NullMarked;
