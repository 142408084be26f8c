/**
 * Who asks: client certificates and bearer tokens become a {@link io.flotilla.apiserver.request.User}. Decides nothing
 * about what they may do.
 */
@NullMarked
package io.flotilla.apiserver.authn;

import org.jspecify.annotations.NullMarked;
