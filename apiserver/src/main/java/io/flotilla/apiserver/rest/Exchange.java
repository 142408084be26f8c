package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request and the way to answer it, whatever the HTTP version. Answering is possible from any thread, once. */
abstract class Exchange {
    private final String method;
    private final String path;
    private final Query query;
    private final Body body;
    private final Optional<X509Certificate> peer;

    /**
     * A body as it was received.
     *
     * @param tooLarge whether it exceeded the limit; the bytes are then not all
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    record Body(byte[] bytes, boolean tooLarge) {
        static final Body NONE = new Body(new byte[0], false);
    }

    Exchange(String method, String path, Query query, Body body, Optional<X509Certificate> peer) {
        this.method = method;
        this.path = path;
        this.query = query;
        this.body = body;
        this.peer = peer;
    }

    final String method() {
        return method;
    }

    /** Decoded, without the query. */
    final String path() {
        return path;
    }

    final Query query() {
        return query;
    }

    final Body body() {
        return body;
    }

    /** The client's certificate, if it showed one; the CA has been checked. */
    final Optional<X509Certificate> peer() {
        return peer;
    }

    /** The first header of the name, empty if there is none. */
    abstract String header(String name);

    abstract Channel channel();

    /** A header of the answer, by lower-case name. */
    abstract void addHeader(String name, String value);

    /** Sends the whole answer. */
    abstract void respond(int code, ByteBuf body);

    /** Sends the head; the body follows through the stream. */
    abstract BodyStream stream(int code);

    final void addHeaders(Map<String, List<String>> headers) {
        headers.forEach((name, values) -> values.forEach(value -> addHeader(name, value)));
    }
}
