/** Runtime classes: how the containers of a pod are run. */
@NullMarked
package io.flotilla.apiserver.registry.node;

import org.jspecify.annotations.NullMarked;
