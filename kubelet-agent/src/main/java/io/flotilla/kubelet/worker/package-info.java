/** One worker a pod: compares what the API asks for with what the runtime has, and takes the next steps. Idle workers hold no thread. */
@NullMarked
package io.flotilla.kubelet.worker;

import org.jspecify.annotations.NullMarked;
