/** Devices (dynamic resource allocation, KEP-4381): their classes, the claims to them, and the slices that offer them. */
@NullMarked
package io.flotilla.apiserver.registry.device;

import org.jspecify.annotations.NullMarked;
