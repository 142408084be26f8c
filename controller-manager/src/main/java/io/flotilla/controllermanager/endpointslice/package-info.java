/**
 * EndpointSlices of services with a selector.
 */
@NullMarked
package io.flotilla.controllermanager.endpointslice;

import org.jspecify.annotations.NullMarked;
