/**
 * The REST transport: HTTP/1.1 and HTTP/2 over TLS on Netty, paths and queries, content negotiation, the framing of
 * lists and watches, health and metrics. Decides nothing about a request beyond its shape; that is the pipeline's.
 */
@NullMarked
package io.flotilla.apiserver.rest;

import org.jspecify.annotations.NullMarked;
