/**
 * What expressions cost, in Kubernetes' units: at most, by the sizes that a schema allows, before they are accepted; and
 * what they do cost while they run, which is bounded. The units are those of KEP-2876: about 50 ns each.
 */
@NullMarked
package io.flotilla.apiserver.extension.cel.cost;

import org.jspecify.annotations.NullMarked;
