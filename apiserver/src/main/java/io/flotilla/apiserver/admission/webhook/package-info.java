/**
 * Admission by webhooks: which of the configured ones concern a write, asking them, and what follows from their answers.
 * Written against the contract {@code registry.Reviews}; knows nothing of the transports by which writes come in.
 */
@NullMarked
package io.flotilla.apiserver.admission.webhook;

import org.jspecify.annotations.NullMarked;
