/** Benchmarks of what a request costs, and the object that they share; those of package-private parts stand beside these. */
@NullMarked
package io.flotilla.apiserver.benchmark;

import org.jspecify.annotations.NullMarked;
