/**
 * Priority and fairness: which requests are served now, which wait and which are refused, as FlowSchema and
 * PriorityLevelConfiguration objects say. Knows no transport; reads the objects from the watch cache.
 */
@NullMarked
package io.flotilla.apiserver.flowcontrol;

import org.jspecify.annotations.NullMarked;
