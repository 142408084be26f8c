/** Priority classes. */
@NullMarked
package io.flotilla.apiserver.registry.scheduling;

import org.jspecify.annotations.NullMarked;
