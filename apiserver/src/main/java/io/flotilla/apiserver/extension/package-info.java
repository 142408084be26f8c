/**
 * Kinds that clients define: reads definitions, serves what they define, keeps their status and removes what they leave.
 * The rules of definitions themselves are in {@code definition}, schemas in {@code structural}, rules in CEL in
 * {@code cel}, in which selectors of devices are written, too. Depends on the registry, the cache and the schema; nothing
 * there knows of this package.
 */
@NullMarked
package io.flotilla.apiserver.extension;

import org.jspecify.annotations.NullMarked;
