/** Requests for certificates: who asks, and how they are approved. */
@NullMarked
package io.flotilla.apiserver.registry.certificate;

import org.jspecify.annotations.NullMarked;
