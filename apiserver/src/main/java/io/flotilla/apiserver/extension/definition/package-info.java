/**
 * The rules of CustomResourceDefinition itself: its validation and what its writes set. What follows from a definition
 * is the business of {@code extension}.
 */
@NullMarked
package io.flotilla.apiserver.extension.definition;

import org.jspecify.annotations.NullMarked;
