package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * The body of an answer that is sent in parts. All methods are for the channel's event loop; what is set by {@link #onWritable} sends as long
 * as the client reads.
 */
final class BodyStream {
    private final Channel channel;
    private final Function<ByteBuf, Object> frame;
    private final Runnable end;
    private Runnable source = () -> {};
    private Runnable onClose = () -> {};
    private LongConsumer onEnd = _ -> {};
    private long length;
    private boolean ended;

    /**
     * @param frame makes a message of the HTTP version out of bytes
     * @param end sends the end of the body
     */
    BodyStream(Channel channel, Function<ByteBuf, Object> frame, Runnable end) {
        this.channel = channel;
        this.frame = frame;
        this.end = end;
        channel.closeFuture().addListener(_ -> closed());
    }

    /** A stream that takes nothing any more. */
    static BodyStream closed(Channel channel) {
        BodyStream closed = new BodyStream(
                channel,
                bytes -> {
                    bytes.release();
                    return Unpooled.EMPTY_BUFFER;
                },
                () -> {});
        closed.ended = true;
        return closed;
    }

    /** Is told the length of the body once all of it but its end has been sent, or the channel has ended. */
    void onEnd(LongConsumer listener) {
        onEnd = listener;
    }

    Channel channel() {
        return channel;
    }

    /** Sets what sends more; run now and whenever the channel can take more. */
    void onWritable(Runnable more, Runnable closed) {
        source = more;
        onClose = closed;
        if (ended || !channel.isActive()) {
            closed();
        } else {
            more.run();
        }
    }

    /** Called when the channel can take more. */
    void writable() {
        if (!ended) {
            source.run();
        }
    }

    boolean isWritable() {
        return !ended && channel.isWritable();
    }

    void write(ByteBuf bytes) {
        length += bytes.readableBytes();
        Sending.write(channel, frame.apply(bytes));
    }

    void flush() {
        channel.flush();
    }

    void end() {
        if (!ended) {
            ended = true;
            try {
                tellEnd();
            } finally {
                end.run();
            }
        }
    }

    boolean isEnded() {
        return ended;
    }

    private void closed() {
        Runnable once = onClose;
        onClose = () -> {};
        ended = true;
        once.run();
        tellEnd();
    }

    private void tellEnd() {
        LongConsumer once = onEnd;
        onEnd = _ -> {};
        once.accept(length);
    }
}
