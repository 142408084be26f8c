/**
 * Spans around the work of requests, sent to an OpenTelemetry collector as kube-apiserver sends them
 * ({@code --tracing-config-file}, KEP-647). Off by default: then nothing is recorded and no class of OpenTelemetry is
 * initialised. Other packages see {@link io.flotilla.apiserver.tracing.Tracing} alone; OpenTelemetry is known here only.
 */
@NullMarked
package io.flotilla.apiserver.tracing;

import org.jspecify.annotations.NullMarked;
