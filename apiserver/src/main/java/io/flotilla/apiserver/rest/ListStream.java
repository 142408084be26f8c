package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sends a long list piece by piece, as its client reads it. */
final class ListStream {
    private final Exchange exchange;
    private final PiecewiseBody body;
    private final Optional<Gzip> gzip;
    private @Nullable BodyStream stream;

    ListStream(Exchange exchange, PiecewiseBody body, boolean compress) {
        this.exchange = exchange;
        this.body = body;
        this.gzip = compress ? Optional.of(new Gzip()) : Optional.empty();
    }

    void start() {
        exchange.channel().eventLoop().execute(() -> {
            BodyStream started = exchange.stream(200);
            stream = started;
            started.onWritable(this::send, () -> gzip.ifPresent(Gzip::close));
        });
    }

    private void send() {
        BodyStream out = stream;
        if (out == null) {
            return;
        }
        while (out.isWritable()) {
            Optional<ByteBuf> piece = body.next(exchange.channel().alloc());
            if (piece.isEmpty()) {
                gzip.ifPresent(compressor -> {
                    out.write(compressor.compress(exchange.channel().alloc(), Unpooled.buffer(0), true));
                    compressor.close();
                });
                out.end();
                return;
            }
            ByteBuf plain = piece.get();
            out.write(gzip.isPresent() ? gzip.get().compress(exchange.channel().alloc(), plain, false) : plain);
        }
        out.flush();
    }
}
