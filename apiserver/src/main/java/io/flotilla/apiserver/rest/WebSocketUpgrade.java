package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.request.StatusException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Turns an HTTP/1.1 connection into a WebSocket that speaks one of the protocols offered. */
final class WebSocketUpgrade {
    private static final int MAX_FRAME = 4 << 20;

    private WebSocketUpgrade() {}

    static boolean isAsked(Exchange exchange) {
        return exchange instanceof Http1Handler.Http1Exchange
                && exchange.header("upgrade").equalsIgnoreCase("websocket");
    }

    /** Upgrades to a WebSocket of no named protocol, then hands the pipeline to {@code install}, on the event loop. */
    static void upgrade(Exchange exchange, Consumer<ChannelPipeline> install) {
        handshake(exchange, List.of(), (pipeline, _) -> install.accept(pipeline));
    }

    /**
     * Upgrades, then hands the pipeline to {@code install}, on the event loop, with the protocol that was chosen.
     *
     * @throws StatusException the request asks for no WebSocket, or for none of the protocols
     */
    static void upgrade(Exchange exchange, List<String> protocols, BiConsumer<ChannelPipeline, String> install) {
        if (!isAsked(exchange)) {
            throw StatusException.badRequest("Upgrade request required");
        }
        List<String> asked = Arrays.stream(
                        exchange.header("sec-websocket-protocol").split(","))
                .map(String::strip)
                .toList();
        if (protocols.stream().noneMatch(asked::contains)) {
            // A client that gets anything but 101 tries the older way.
            throw new StatusException(
                    403,
                    "Forbidden",
                    "unable to negotiate protocol: client supports " + asked + ", server accepts " + protocols,
                    null);
        }
        handshake(exchange, protocols, install);
    }

    private static void handshake(
            Exchange exchange, List<String> protocols, BiConsumer<ChannelPipeline, String> install) {
        if (!(exchange instanceof Http1Handler.Http1Exchange http)) {
            throw StatusException.badRequest("Upgrade request required");
        }
        exchange.upgraded();
        Channel channel = exchange.channel();
        channel.eventLoop().execute(() -> {
            DefaultFullHttpRequest request = new DefaultFullHttpRequest(
                    HttpVersion.HTTP_1_1, HttpMethod.GET, http.request().uri(), Unpooled.EMPTY_BUFFER);
            request.headers().set(http.request().headers());
            WebSocketServerHandshaker handshaker = new WebSocketServerHandshakerFactory(
                            "wss://" + exchange.header("host") + exchange.path(),
                            protocols.isEmpty() ? null : String.join(",", protocols),
                            false,
                            MAX_FRAME)
                    .newHandshaker(request);
            if (handshaker == null) {
                Sending.close(channel);
                return;
            }
            channel.pipeline().remove("http");
            try {
                handshaker.handshake(channel, request).addListener(done -> {
                    if (done.isSuccess()) {
                        channel.pipeline().addLast(new WebSocketFrameAggregator(MAX_FRAME));
                        String chosen = handshaker.selectedSubprotocol();
                        install.accept(channel.pipeline(), chosen == null ? "" : chosen);
                    } else {
                        Sending.close(channel);
                    }
                });
            } catch (WebSocketHandshakeException e) {
                Sending.close(channel);
            }
        });
    }
}
