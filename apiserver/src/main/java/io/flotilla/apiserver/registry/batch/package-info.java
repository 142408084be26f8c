/** Kinds that run pods to their end: jobs, and the cron jobs that make them. */
@NullMarked
package io.flotilla.apiserver.registry.batch;

import org.jspecify.annotations.NullMarked;
