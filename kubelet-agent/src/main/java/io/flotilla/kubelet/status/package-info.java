/** From what runs to what the API shows: container states, phase, conditions; and the sending of it, only on change. */
@NullMarked
package io.flotilla.kubelet.status;

import org.jspecify.annotations.NullMarked;
