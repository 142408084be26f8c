/** Ingresses, their classes, network policies, and the addresses of services as objects. */
@NullMarked
package io.flotilla.apiserver.registry.networking;

import org.jspecify.annotations.NullMarked;
