/** Kinds of the core group that stand on their own: namespaces, nodes, configuration, endpoints, events, limits, quotas. */
@NullMarked
package io.flotilla.apiserver.registry.core;

import org.jspecify.annotations.NullMarked;
