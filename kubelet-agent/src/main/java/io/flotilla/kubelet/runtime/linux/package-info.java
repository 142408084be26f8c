/**
 * The Linux system calls that the JDK does not offer, through the foreign-function API: process descriptors, inotify,
 * pseudo-terminals, signals by number. Thin and without opinion: what they are used for is said by the callers.
 */
@NullMarked
package io.flotilla.kubelet.runtime.linux;

import org.jspecify.annotations.NullMarked;
