/**
 * The functions that Kubernetes adds to CEL, and the values that they make: addresses, URLs, versions, quantities, named
 * formats, and questions to the authorizer. Each library declares its functions and says what they do; who reads and
 * runs expressions is the business of {@code cel}.
 */
@NullMarked
package io.flotilla.apiserver.extension.cel.library;

import org.jspecify.annotations.NullMarked;
