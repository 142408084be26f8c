/**
 * Which resources the API serves, for the controllers that work on all of them.
 */
@NullMarked
package io.flotilla.controllermanager.discovery;

import org.jspecify.annotations.NullMarked;
