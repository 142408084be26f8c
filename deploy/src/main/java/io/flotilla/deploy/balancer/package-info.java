/**
 * A TCP load balancer in front of the API servers. A program of its own: depends on nothing else of the lab but {@code pki}.
 */
@NullMarked
package io.flotilla.deploy.balancer;

import org.jspecify.annotations.NullMarked;
