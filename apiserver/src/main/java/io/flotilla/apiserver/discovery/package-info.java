/**
 * What the server serves, told to clients: {@code /api}, {@code /apis} and below, in the legacy and the aggregated form. Made from {@code schema} alone; answers bytes.
 */
@NullMarked
package io.flotilla.apiserver.discovery;

import org.jspecify.annotations.NullMarked;
