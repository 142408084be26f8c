/**
 * The one table of types and resources, and what follows from it alone: defaults of plain fields, pruning, field validation. Depends on nothing else of ours; built-in and custom kinds take one path through it.
 */
@NullMarked
package io.flotilla.apiserver.schema;

import org.jspecify.annotations.NullMarked;
