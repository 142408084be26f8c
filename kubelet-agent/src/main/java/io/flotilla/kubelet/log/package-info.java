/** Container logs in CRI's format: reading them as {@code kubectl logs} asks, following them, rotating them. */
@NullMarked
package io.flotilla.kubelet.log;

import org.jspecify.annotations.NullMarked;
