/** Whether the node takes a pod that was bound to it. */
@NullMarked
package io.flotilla.kubelet.admission;

import org.jspecify.annotations.NullMarked;
