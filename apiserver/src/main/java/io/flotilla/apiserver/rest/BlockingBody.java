package io.flotilla.apiserver.rest;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Semaphore;

/** The body of an answer, written by a thread that waits for the client to read. */
final class BlockingBody {
    private static final int AHEAD = 8;

    private final Exchange exchange;
    private final Semaphore room = new Semaphore(AHEAD);
    private volatile boolean closed;

    // Of the event loop.
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private BodyStream out;
    private boolean ended;

    BlockingBody(Exchange exchange, int code) {
        this.exchange = exchange;
        this.out = BodyStream.closed(exchange.channel());
        exchange.channel().eventLoop().execute(() -> {
            out = exchange.stream(code);
            out.onWritable(this::send, this::closed);
        });
    }

    private void closed() {
        closed = true;
        room.release(AHEAD);
    }

    /** Fails when the client is gone. */
    void write(byte[] bytes, int length) throws IOException {
        room.acquireUninterruptibly();
        if (closed) {
            throw new IOException("the client is gone");
        }
        byte[] piece = Arrays.copyOf(bytes, length);
        exchange.channel().eventLoop().execute(() -> {
            pieces.add(piece);
            send();
        });
    }

    void end() {
        exchange.channel().eventLoop().execute(() -> {
            ended = true;
            send();
        });
    }

    /** Lets the client see that something is missing. */
    void abort() {
        Sending.close(exchange.channel());
    }

    private void send() {
        boolean written = false;
        while (!pieces.isEmpty() && out.isWritable()) {
            out.write(Unpooled.wrappedBuffer(pieces.poll()));
            room.release();
            written = true;
        }
        if (written) {
            out.flush();
        }
        if (ended && pieces.isEmpty() && !out.isEnded()) {
            out.end();
        }
    }
}
