/**
 * The one pipeline behind both transports: authorization, decoding, selectors, versions and continue tokens, and the way
 * into the registry. A transport says who asks, what is meant and how the answer is framed; everything that a request
 * may do or is refused is decided here.
 */
@NullMarked
package io.flotilla.apiserver.pipeline;

import org.jspecify.annotations.NullMarked;
