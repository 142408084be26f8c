/**
 * Queues of keys to reconcile, and the workers that drain them. Knows of the API only how a request may fail.
 */
@NullMarked
package io.flotilla.machinery.workqueue;

import org.jspecify.annotations.NullMarked;
