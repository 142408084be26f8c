/**
 * Who may do what. One {@link io.flotilla.apiserver.authz.Authorizer} is asked for every request; the reviews through
 * which clients ask the same question are answered here, too. Depends on {@code request} and {@code schema}.
 */
@NullMarked
package io.flotilla.apiserver.authz;

import org.jspecify.annotations.NullMarked;
