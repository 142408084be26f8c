/** Starting and stopping of sandboxes and containers: what the runtime is told, hooks included. Decides nothing; {@code worker} does. */
@NullMarked
package io.flotilla.kubelet.container;

import org.jspecify.annotations.NullMarked;
