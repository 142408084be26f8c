package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.authn.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** One request and the way to answer it, whatever the HTTP version. Answering is possible from any thread, once. */
abstract class Exchange {
    private static final int EXPIRED = -1;
    private static final VarHandle ANSWER = handle();

    private final String method;
    private final String path;
    private final Query query;
    private final Body body;
    private final Optional<Peer> peer;
    private volatile int code;
    private volatile long deadline;
    private volatile long sent;
    private volatile Runnable onEnd = () -> {};
    private volatile Runnable onLeft = () -> {};

    /**
     * A body as it was received.
     *
     * @param tooLarge whether it exceeded the limit; the bytes are then not all
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    record Body(byte[] bytes, boolean tooLarge) {
        static final Body NONE = new Body(new byte[0], false);
    }

    Exchange(String method, String path, Query query, Body body, Optional<Peer> peer) {
        this.method = method;
        this.path = path;
        this.query = query;
        this.body = body;
        this.peer = peer;
    }

    private static VarHandle handle() {
        try {
            return MethodHandles.lookup().findVarHandle(Exchange.class, "code", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
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

    /** Whether JSON is to be indented: as the query says, otherwise for tools that people look at. */
    final boolean pretty() {
        String asked = query.get("pretty");
        if (!asked.isEmpty()) {
            return asked.equals("1") || asked.equalsIgnoreCase("t") || asked.equalsIgnoreCase("true");
        }
        String agent = header("user-agent");
        return agent.startsWith("curl") || agent.startsWith("Wget") || agent.startsWith("Mozilla/5.0");
    }

    final Body body() {
        return body;
    }

    /** The client's certificate, if it showed one; the CA has been checked. */
    final Optional<Peer> peer() {
        return peer;
    }

    /** The first header of the name, empty if there is none. */
    abstract String header(String name);

    /** All headers of the request. */
    abstract void forEachHeader(BiConsumer<String, String> each);

    /** Path and query as the client wrote them. */
    abstract String uri();

    abstract Channel channel();

    /** A header of the answer, by lower-case name. */
    final void addHeader(String name, String value) {
        if (!isAnswered()) {
            putHeader(name, value);
        }
    }

    /** Sends the whole answer; nothing if there has been one. */
    final void respond(int code, ByteBuf content) {
        if (!claim(code)) {
            content.release();
            return;
        }
        finish(code, content);
    }

    /** Sends the head; the body follows through the stream, which is closed from the start if there has been an answer. */
    final BodyStream stream(int code) {
        if (!claim(code)) {
            return BodyStream.closed(channel());
        }
        BodyStream opened = open(code);
        opened.onEnd(this::ended);
        return opened;
    }

    /** Takes the right to answer from the handler, whose answer will be dropped; false if there has been one. */
    final boolean expire() {
        return claim(EXPIRED);
    }

    /** Answers after {@link #expire}. */
    final void overtake(int code, ByteBuf content, String contentType) {
        this.code = code;
        putHeader("content-type", contentType);
        finish(code, content);
    }

    /** The connection is no longer HTTP; the request lasts as long as it. */
    final void upgraded() {
        if (claim(101)) {
            channel().closeFuture().addListener(_ -> ended(0));
        }
    }

    private void finish(int code, ByteBuf content) {
        int length = content.readableBytes();
        try {
            tellEnd(length);
        } finally {
            try {
                send(code, content);
            } finally {
                onLeft.run();
            }
        }
    }

    /**
     * Is told once, when the end of the answer is about to be sent or never will be: whoever has an answer finds it
     * counted. Listeners are added before there is an answer.
     */
    final void onEnd(Runnable listener) {
        Runnable before = onEnd;
        onEnd = () -> {
            before.run();
            listener.run();
        };
    }

    /** Sets what is told once, when nothing is left to do for the answer but what its channel does. */
    final void onLeft(Runnable listener) {
        onLeft = listener;
    }

    /** The channel sends the end, or is closed, before it does anything else. */
    private void ended(long length) {
        tellEnd(length);
        onLeft.run();
    }

    private void tellEnd(long length) {
        sent = length;
        onEnd.run();
    }

    private boolean claim(int code) {
        return ANSWER.compareAndSet(this, 0, code);
    }

    final boolean isAnswered() {
        return code != 0;
    }

    /** The code of the answer; 0 before there is one. */
    final int code() {
        return code;
    }

    /** Bytes of the answer's body, once it has ended. */
    final long sent() {
        return sent;
    }

    final long deadline() {
        return deadline;
    }

    final void setDeadline(long nanoTime) {
        deadline = nanoTime;
    }

    abstract void putHeader(String name, String value);

    abstract void send(int code, ByteBuf content);

    abstract BodyStream open(int code);

    final void addHeaders(Map<String, List<String>> headers) {
        headers.forEach((name, values) -> values.forEach(value -> addHeader(name, value)));
    }
}
