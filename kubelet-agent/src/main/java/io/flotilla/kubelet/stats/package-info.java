/** The node's summary of what its pods use. */
@NullMarked
package io.flotilla.kubelet.stats;

import org.jspecify.annotations.NullMarked;
