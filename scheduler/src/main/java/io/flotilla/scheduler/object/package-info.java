/**
 * Pods and nodes as scheduling reads them: parsed once, when they come from the API, and a tenth of their size. Depends on
 * machinery only.
 */
@NullMarked
package io.flotilla.scheduler.object;

import org.jspecify.annotations.NullMarked;
