/** Roles and what binds them to users. What they allow is decided in {@code authz}. */
@NullMarked
package io.flotilla.apiserver.registry.rbac;

import org.jspecify.annotations.NullMarked;
