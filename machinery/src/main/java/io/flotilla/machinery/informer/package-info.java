/**
 * Local, eventually consistent copies of resources and the handlers that hear of their changes. Depends on {@code client}.
 */
@NullMarked
package io.flotilla.machinery.informer;

import org.jspecify.annotations.NullMarked;
