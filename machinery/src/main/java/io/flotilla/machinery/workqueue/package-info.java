/**
 * Queues of keys to reconcile, and the workers that drain them. Knows nothing of the API.
 */
@NullMarked
package io.flotilla.machinery.workqueue;

import org.jspecify.annotations.NullMarked;
