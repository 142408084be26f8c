/**
 * Admission plugins: what the server completes or refuses beyond the rules of a kind itself, because of other objects in
 * the cluster. Named and ordered as Kubernetes does. Written against the contracts in {@code registry}.
 */
@NullMarked
package io.flotilla.apiserver.admission;

import org.jspecify.annotations.NullMarked;
