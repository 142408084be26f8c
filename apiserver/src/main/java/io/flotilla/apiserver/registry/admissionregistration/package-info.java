/** Webhooks and policies of admission as objects: their form, not what their expressions mean. */
@NullMarked
package io.flotilla.apiserver.registry.admissionregistration;

import org.jspecify.annotations.NullMarked;
