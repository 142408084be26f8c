/**
 * What the node should listen on and where connections should go: Services and EndpointSlices, read down to what a proxy
 * needs, and the routes that follow from them. Depends on machinery only; opens nothing.
 */
@NullMarked
package io.flotilla.kubeproxy.service;

import org.jspecify.annotations.NullMarked;
