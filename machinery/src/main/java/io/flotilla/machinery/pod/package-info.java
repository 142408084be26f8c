/**
 * What follows from a pod's spec and several processes must see alike, read off the document itself. Depends on
 * {@code object} only.
 */
@NullMarked
package io.flotilla.machinery.pod;

import org.jspecify.annotations.NullMarked;
