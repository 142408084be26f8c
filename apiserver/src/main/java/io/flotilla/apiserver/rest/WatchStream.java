package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.cache.Watcher;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends the frames of one watch as its client reads them: woken by the cache, it runs on the connection's event loop and
 * stops as soon as the connection can take no more. No thread waits for it.
 */
final class WatchStream {
    private final Exchange exchange;
    private final long timeoutSeconds;
    private volatile @Nullable Watcher<RestFrame> watcher;
    private @Nullable BodyStream stream;
    private final CounterDataPoint sent;
    private final DistributionDataPoint sizes;
    private boolean first = true;
    private Optional<Future<?>> timeout = Optional.empty();

    /**
     * @param sent counts the events
     * @param sizes is told their bytes
     */
    WatchStream(Exchange exchange, long timeoutSeconds, CounterDataPoint sent, DistributionDataPoint sizes) {
        this.sizes = sizes;
        this.sent = sent;
        this.exchange = exchange;
        this.timeoutSeconds = timeoutSeconds;
    }

    /** Called by the cache, on any thread. */
    void wake() {
        exchange.channel().eventLoop().execute(this::drain);
    }

    /** Begins to send, in the body of the answer. */
    void start(Watcher<RestFrame> opened) {
        watcher = opened;
        exchange.channel().eventLoop().execute(() -> begin(exchange.stream(200)));
    }

    /**
     * Begins to send, as messages of a WebSocket.
     *
     * @param text whether the events are text
     */
    void startWebSocket(Watcher<RestFrame> opened, boolean text) {
        watcher = opened;
        exchange.onEnd(this::release);
        WebSocketWatch.open(exchange, text, this::begin);
    }

    private void begin(BodyStream started) {
        stream = started;
        timeout = Optional.of(exchange.channel().eventLoop().schedule(this::finish, timeoutSeconds, TimeUnit.SECONDS));
        started.onWritable(this::drain, this::release);
    }

    private void drain() {
        BodyStream out = stream;
        Watcher<RestFrame> in = watcher;
        if (out == null || in == null || out.isEnded()) {
            return;
        }
        int written = 0;
        while (out.isWritable()) {
            Optional<RestFrame> frame = in.next();
            if (frame.isEmpty()) {
                if (in.end() != Watcher.End.OPEN) {
                    sent.inc(written);
                    out.flush();
                    finish();
                    return;
                }
                break;
            }
            byte[] bytes = frame.get().bytes(first);
            sizes.observe(bytes.length);
            out.write(Unpooled.wrappedBuffer(bytes));
            first = false;
            written++;
        }
        if (written > 0) {
            sent.inc(written);
            out.flush();
        }
    }

    private void finish() {
        release();
        BodyStream out = stream;
        if (out != null) {
            out.end();
        }
    }

    private void release() {
        timeout.ifPresent(scheduled -> scheduled.cancel(false));
        timeout = Optional.empty();
        Watcher<RestFrame> in = watcher;
        if (in != null) {
            in.close();
        }
    }
}
