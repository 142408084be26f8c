/**
 * Controller references: taking over orphans that a selector matches and letting go of what it matches no more.
 */
@NullMarked
package io.flotilla.controllermanager.ownership;

import org.jspecify.annotations.NullMarked;
