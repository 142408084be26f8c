/**
 * HTTP/1.1 exchanges with servers that are not ours: pods, what is behind services, extension servers. Knows nothing of
 * the requests that it carries, nor of the objects that lead there.
 */
@NullMarked
package io.flotilla.apiserver.backend;

import org.jspecify.annotations.NullMarked;
