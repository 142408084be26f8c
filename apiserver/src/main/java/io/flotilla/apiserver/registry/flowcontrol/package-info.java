/** Flow schemas and priority levels as objects. What they bring about is decided in {@code apiserver.flowcontrol}. */
@NullMarked
package io.flotilla.apiserver.registry.flowcontrol;

import org.jspecify.annotations.NullMarked;
