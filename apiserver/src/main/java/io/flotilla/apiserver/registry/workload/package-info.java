/** Kinds that keep pods running from a template: deployments, replica sets, stateful sets, daemon sets; their scale. */
@NullMarked
package io.flotilla.apiserver.registry.workload;

import org.jspecify.annotations.NullMarked;
