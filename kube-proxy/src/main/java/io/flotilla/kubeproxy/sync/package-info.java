/**
 * Keeps what is proxied in step with what the cluster wants: changes in, routes out, metrics beside. Depends on
 * {@code service} and {@code userspace}.
 */
@NullMarked
package io.flotilla.kubeproxy.sync;

import org.jspecify.annotations.NullMarked;
