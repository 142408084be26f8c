/** Disruption budgets, and the eviction that respects them. */
@NullMarked
package io.flotilla.apiserver.registry.policy;

import org.jspecify.annotations.NullMarked;
