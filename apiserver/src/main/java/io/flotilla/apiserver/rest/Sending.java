package io.flotilla.apiserver.rest;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.concurrent.Future;

/**
 * Writes whose outcome nobody waits for: a connection on which a write fails is closed, and that is what everyone
 * listens to.
 */
final class Sending {
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

    static void close(Channel channel) {
        unwatched(channel.close());
    }

    private static void unwatched(Future<?> future) {
        assert future != null;
    }
}
