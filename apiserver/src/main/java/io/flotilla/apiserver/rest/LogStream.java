package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.node.AgentFailures;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.proto.node.LogsChunk;
import io.flotilla.proto.node.LogsRequest;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A container's log on its way to a client, no faster than the client reads. */
final class LogStream implements ClientResponseObserver<LogsRequest, LogsChunk> {
    private static final int IN_FLIGHT = 8;
    private static final long HEAD_AFTER_MILLIS = 500;

    private final Exchange exchange;
    private final String agent;
    private @Nullable ClientCallStreamObserver<LogsRequest> call;

    // Of the event loop.
    private final Deque<byte[]> chunks = new ArrayDeque<>();
    private @Nullable BodyStream stream;
    private boolean ended;
    private boolean answered;

    LogStream(Exchange exchange, String agent) {
        this.exchange = exchange;
        this.agent = agent;
    }

    /** Starts the call. */
    void run(Consumer<LogStream> start) {
        start.accept(this);
        // A log that is followed may have nothing to say for long: the client is not left without an answer.
        var _ = exchange.channel().eventLoop().schedule(this::begin, HEAD_AFTER_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<LogsRequest> requests) {
        requests.disableAutoRequestWithInitial(IN_FLIGHT);
        call = requests;
    }

    @Override
    public void onNext(LogsChunk chunk) {
        byte[] bytes = chunk.getData().toByteArray();
        exchange.channel().eventLoop().execute(() -> {
            chunks.add(bytes);
            begin();
            send();
        });
    }

    @Override
    public void onError(Throwable failure) {
        exchange.channel().eventLoop().execute(() -> {
            if (answered) {
                ended = true;
                send();
            } else {
                answered = true;
                RestHandler.fail(exchange, AgentFailures.of(failure, agent));
            }
        });
    }

    @Override
    public void onCompleted() {
        exchange.channel().eventLoop().execute(() -> {
            ended = true;
            begin();
            send();
        });
    }

    private void begin() {
        if (answered) {
            return;
        }
        answered = true;
        if (WebSocketUpgrade.isAsked(exchange)) {
            exchange.onEnd(this::cancel);
            try {
                WebSocketLog.open(exchange, this::opened);
            } catch (StatusException e) {
                RestHandler.fail(exchange, e);
            }
        } else {
            exchange.addHeader("content-type", "text/plain");
            opened(exchange.stream(200));
        }
    }

    private void opened(BodyStream started) {
        stream = started;
        started.onWritable(this::send, this::cancel);
    }

    private void cancel() {
        Optional.ofNullable(call).ifPresent(running -> running.cancel("the client is gone", null));
    }

    private void send() {
        BodyStream out = stream;
        if (out == null || out.isEnded()) {
            return;
        }
        boolean written = false;
        while (out.isWritable() && !chunks.isEmpty()) {
            out.write(Unpooled.wrappedBuffer(chunks.poll()));
            Optional.ofNullable(call).ifPresent(running -> running.request(1));
            written = true;
        }
        if (written) {
            out.flush();
        }
        if (ended && chunks.isEmpty()) {
            out.end();
        }
    }
}
