/** Persistent volumes, claims on them, storage classes and what drivers of storage tell about themselves. */
@NullMarked
package io.flotilla.apiserver.registry.storage;

import org.jspecify.annotations.NullMarked;
