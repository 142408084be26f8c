/**
 * Evicts pods from nodes whose NoExecute taints they do not tolerate, or no longer.
 */
@NullMarked
package io.flotilla.controllermanager.tainteviction;

import org.jspecify.annotations.NullMarked;
