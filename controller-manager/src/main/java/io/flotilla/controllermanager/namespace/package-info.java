/**
 * Namespace lifecycle: empties a namespace that is being deleted and then finalizes it.
 */
@NullMarked
package io.flotilla.controllermanager.namespace;

import org.jspecify.annotations.NullMarked;
