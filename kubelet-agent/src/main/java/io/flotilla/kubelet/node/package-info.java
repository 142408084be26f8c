/** The node itself: its registration, its status, and the lease by which the cluster knows that it lives. */
@NullMarked
package io.flotilla.kubelet.node;

import org.jspecify.annotations.NullMarked;
