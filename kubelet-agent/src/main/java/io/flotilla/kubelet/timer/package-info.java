/** One shared timer thread; what it fires must be quick or go to a thread of its own. */
@NullMarked
package io.flotilla.kubelet.timer;

import org.jspecify.annotations.NullMarked;
