/** A pod's volumes as directories and files of this machine, made before its containers start and kept up to date while they run. */
@NullMarked
package io.flotilla.kubelet.volume;

import org.jspecify.annotations.NullMarked;
