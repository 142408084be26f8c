/** API services: which groups and versions there are, and who serves them. */
@NullMarked
package io.flotilla.apiserver.registry.aggregation;

import org.jspecify.annotations.NullMarked;
