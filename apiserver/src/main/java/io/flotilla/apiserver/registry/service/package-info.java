/** Services and what stands behind them: cluster addresses and node ports, unique over all API servers; endpoint slices. */
@NullMarked
package io.flotilla.apiserver.registry.service;

import org.jspecify.annotations.NullMarked;
