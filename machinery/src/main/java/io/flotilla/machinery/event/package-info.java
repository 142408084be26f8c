/**
 * Recording of Events with aggregation. Depends on {@code client}.
 */
@NullMarked
package io.flotilla.machinery.event;

import org.jspecify.annotations.NullMarked;
