package io.flotilla.kubeproxy.userspace;

import io.flotilla.kubeproxy.service.Listen;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps trying to bind a listening socket until it is bound or closed; waits a second at first, half a minute at last. */
final class Binding implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Listen listen;
    private final EventLoop loop;
    private final Supplier<ChannelFuture> bind;
    private final BindListener told;
    private boolean closed; // guarded by this
    private @Nullable Channel channel; // guarded by this

    /** Hears how binding goes. Called on an event loop; must not block. */
    public interface BindListener {
        void bound(Listen listen);

        /** Could not bind; there will be another attempt. */
        void failed(Listen listen, Throwable cause);
    }

    Binding(Listen listen, EventLoop loop, Supplier<ChannelFuture> bind, BindListener told) {
        this.listen = listen;
        this.loop = loop;
        this.bind = bind;
        this.told = told;
    }

    void start() {
        attempt(FIRST_PAUSE);
    }

    private void attempt(Duration pause) {
        if (isClosed()) {
            return;
        }
        ChannelFuture future = bind.get();
        var _ = future.addListener(done -> {
            if (done.isSuccess()) {
                bound(future.channel());
            } else {
                told.failed(listen, done.cause());
                Duration doubled = pause.multipliedBy(2);
                Duration next = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
                var _ = loop.schedule(() -> attempt(next), pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
    }

    private void bound(Channel opened) {
        // Told before the address counts as bound, and not under the lock: who is told may be closing this.
        if (!isClosed()) {
            told.bound(listen);
        }
        synchronized (this) {
            if (!closed) {
                channel = opened;
                return;
            }
        }
        var _ = opened.close();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    synchronized boolean isBound() {
        return channel != null;
    }

    @Override
    public void close() {
        Channel open;
        synchronized (this) {
            closed = true;
            open = channel;
        }
        if (open != null) {
            var _ = open.close();
        }
    }
}
