/** Leases: who leads, who is alive. */
@NullMarked
package io.flotilla.apiserver.registry.coordination;

import org.jspecify.annotations.NullMarked;
