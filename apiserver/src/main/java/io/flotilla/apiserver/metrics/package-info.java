/**
 * What is counted and timed about requests and storage, under the names, labels and buckets that Kubernetes has for it.
 * Meters are resolved once and then cost a few additions. Knows no transport.
 */
@NullMarked
package io.flotilla.apiserver.metrics;

import org.jspecify.annotations.NullMarked;
