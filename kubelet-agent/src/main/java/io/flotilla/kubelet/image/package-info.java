/** Pulling of images by policy, with back-off. */
@NullMarked
package io.flotilla.kubelet.image;

import org.jspecify.annotations.NullMarked;
