/**
 * Structural schemas: what the definition of a custom kind says of its objects, and what follows from it: pruning,
 * defaulting, validation, types for server-side apply, and the form in which OpenAPI publishes it. Knows nothing of
 * definitions themselves, nor of storage. Depends on {@code schema} and {@code request}.
 */
@NullMarked
package io.flotilla.apiserver.extension.structural;

import org.jspecify.annotations.NullMarked;
