/** Delays that grow with failures, judged by wall-clock times that the runtime and the API record. */
@NullMarked
package io.flotilla.kubelet.backoff;

import org.jspecify.annotations.NullMarked;
