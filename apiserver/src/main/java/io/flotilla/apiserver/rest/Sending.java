package io.flotilla.apiserver.rest;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Writes whose outcome nobody waits for: a connection on which a write fails is closed, and that is what everyone
 * listens to.
 */
final class Sending {
    private static final long LINGER_SECONDS = 5;

    private Sending() {}

    static void write(Channel channel, Object message) {
        unwatched(channel.write(message));
    }

    static void flush(Channel channel, Object message) {
        unwatched(channel.writeAndFlush(message));
    }

    static void flushAndClose(Channel channel, Object message) {
        unwatched(channel.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE));
    }

    /**
     * Sends the last message and leaves it to the client to close, for a while. Closing at once, with the client still
     * sending, would reset the connection and could take from the client what it has not read yet.
     */
    static void flushAndLinger(Channel channel, Object message) {
        unwatched(channel.writeAndFlush(message).addListener(_ -> {
            Future<?> closing = channel.eventLoop().schedule(() -> close(channel), LINGER_SECONDS, TimeUnit.SECONDS);
            unwatched(channel.closeFuture().addListener(_ -> closing.cancel(false)));
        }));
    }

    static void close(Channel channel) {
        unwatched(channel.close());
    }

    private static void unwatched(Future<?> future) {
        assert future != null;
    }
}
