/**
 * What nodes and containers use, as metrics.k8s.io shows it: agents are asked when a client asks, and nothing is measured
 * while none does. Knows no transport of clients.
 */
@NullMarked
package io.flotilla.apiserver.usage;

import org.jspecify.annotations.NullMarked;
