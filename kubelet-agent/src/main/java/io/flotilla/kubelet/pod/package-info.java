/** Rules that need nothing but a pod's own object: kinds of containers, restart policy, quality of service, references for events. */
@NullMarked
package io.flotilla.kubelet.pod;

import org.jspecify.annotations.NullMarked;
