/**
 * Rules in CEL ({@code x-kubernetes-validations}): compiled against the types of a schema, evaluated over its objects.
 * The one package that touches the CEL library, which is loaded with the first rule: a server without rules pays nothing
 * for it.
 */
@NullMarked
package io.flotilla.apiserver.extension.cel;

import org.jspecify.annotations.NullMarked;
