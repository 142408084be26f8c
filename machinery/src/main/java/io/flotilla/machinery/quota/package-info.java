/**
 * How objects use up resource quotas: which entries count an object, by how much, and whether its scopes take it in. The
 * one set of rules behind the admission of the API server and the controller that counts anew. Depends on {@code object}
 * and {@code pod}.
 */
@NullMarked
package io.flotilla.machinery.quota;

import org.jspecify.annotations.NullMarked;
