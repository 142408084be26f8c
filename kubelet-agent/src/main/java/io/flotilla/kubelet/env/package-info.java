/** The environment of a container, expansion of its command, and the values that the downward API offers. */
@NullMarked
package io.flotilla.kubelet.env;

import org.jspecify.annotations.NullMarked;
