/** The container runtime as the agent sees it: blocking CRI calls, what runs of a pod, news of changes, and the labels and annotations by which an agent recognises its own containers. Knows nothing of the API server. */
@NullMarked
package io.flotilla.kubelet.cri;

import org.jspecify.annotations.NullMarked;
