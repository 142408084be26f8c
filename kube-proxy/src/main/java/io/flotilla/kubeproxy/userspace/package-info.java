/**
 * Proxying in user space on Netty: the listeners that the routes ask for, and the connections and datagrams through them.
 * Knows routes, not Services.
 */
@NullMarked
package io.flotilla.kubeproxy.userspace;

import org.jspecify.annotations.NullMarked;
