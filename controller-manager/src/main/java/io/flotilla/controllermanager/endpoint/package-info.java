/**
 * Endpoints of services with a selector, the older form of what {@code endpointslice} keeps; and what both derive from a
 * service and its pods.
 */
@NullMarked
package io.flotilla.controllermanager.endpoint;

import org.jspecify.annotations.NullMarked;
