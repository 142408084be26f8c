/**
 * Webhooks as such: where they are, what makes their configuration valid, and how they are called. What they are asked
 * is the business of whoever asks: {@code admission.webhook} and {@code extension.conversion}.
 */
@NullMarked
package io.flotilla.apiserver.webhook;

import org.jspecify.annotations.NullMarked;
