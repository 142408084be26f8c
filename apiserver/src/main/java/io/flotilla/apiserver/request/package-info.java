/**
 * The request as both transports hand it to the one pipeline, its user, its answer, and the errors that become a Kubernetes Status. Knows neither transport nor storage.
 */
@NullMarked
package io.flotilla.apiserver.request;

import org.jspecify.annotations.NullMarked;
