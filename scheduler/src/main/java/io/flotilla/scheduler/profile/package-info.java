/**
 * A set of plugins in their order, and the rules by which an extension point runs them. Depends on {@code framework}.
 */
@NullMarked
package io.flotilla.scheduler.profile;

import org.jspecify.annotations.NullMarked;
