/**
 * Keeps a ServiceAccount named default in every namespace.
 */
@NullMarked
package io.flotilla.controllermanager.serviceaccount;

import org.jspecify.annotations.NullMarked;
