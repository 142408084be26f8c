/**
 * Measuring a lab from the outside. Depends on {@code status} and {@code plan}; starts labs by the launcher only.
 */
@NullMarked
package io.flotilla.deploy.bench;

import org.jspecify.annotations.NullMarked;
