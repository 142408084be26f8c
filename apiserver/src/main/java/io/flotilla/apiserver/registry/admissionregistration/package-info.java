/** Policies of admission as objects: their form, not what their expressions mean; and what webhooks share with them. */
@NullMarked
package io.flotilla.apiserver.registry.admissionregistration;

import org.jspecify.annotations.NullMarked;
