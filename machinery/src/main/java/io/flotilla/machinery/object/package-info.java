/**
 * What can be said of any Kubernetes object: JSON form, quantities, selectors, conditions, owners. Depends on {@code scheme} only.
 */
@NullMarked
package io.flotilla.machinery.object;

import org.jspecify.annotations.NullMarked;
