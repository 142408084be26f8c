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
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/** Turns an HTTP/1.1 connection into a WebSocket that speaks one of the protocols offered. */
final class WebSocketUpgrade {
    /** As much as Kubernetes takes; clients copy whole archives in one message. */
    private static final int MAX_MESSAGE = 32 << 20;

    private static final String VERSION = WebSocketVersion.V13.toHttpHeaderValue();

    private WebSocketUpgrade() {}

    static boolean isAsked(Exchange exchange) {
        return exchange instanceof Http1Handler.Http1Exchange
                && exchange.header("upgrade").equalsIgnoreCase("websocket")
                && exchange.header("connection").toLowerCase(Locale.ROOT).contains("upgrade");
    }

    /** The subprotocols that the client names, the one it likes best first. */
    static List<String> asked(Exchange exchange) {
        String header = exchange.header("sec-websocket-protocol").strip();
        return header.isEmpty()
                ? List.of()
                : Arrays.stream(header.split(",")).map(String::strip).toList();
    }

    /**
     * Upgrades, then hands the pipeline to {@code install}, on the event loop, with the protocol that was chosen: the first
     * of the client's that is offered.
     *
     * @param protocols an empty one is for clients that name none, as no protocol at all is
     * @throws StatusException the request asks for no WebSocket, or for none of the protocols
     */
    static void upgrade(Exchange exchange, List<String> protocols, BiConsumer<ChannelPipeline, String> install) {
        if (!isAsked(exchange) || !(exchange instanceof Http1Handler.Http1Exchange http)) {
            throw StatusException.badRequest("Upgrade request required");
        }
        if (!exchange.header("sec-websocket-version").equals(VERSION)) {
            exchange.addHeader("sec-websocket-version", VERSION);
            throw StatusException.badRequest("missing or bad WebSocket Version");
        }
        if (exchange.header("sec-websocket-key").isEmpty()) {
            throw StatusException.badRequest("mismatch challenge/response");
        }
        List<String> asked = asked(exchange);
        String chosen = chosen(asked, protocols);
        exchange.upgraded();
        Channel channel = exchange.channel();
        channel.eventLoop().execute(() -> {
            DefaultFullHttpRequest request = new DefaultFullHttpRequest(
                    HttpVersion.HTTP_1_1, HttpMethod.GET, http.request().uri(), Unpooled.EMPTY_BUFFER);
            request.headers().set(http.request().headers());
            WebSocketServerHandshaker handshaker = new WebSocketServerHandshakerFactory(
                            "wss://" + exchange.header("host") + exchange.path(),
                            chosen.isEmpty() ? null : chosen,
                            false,
                            MAX_MESSAGE)
                    .newHandshaker(request);
            channel.pipeline().remove("http");
            try {
                handshaker.handshake(channel, request).addListener(done -> {
                    if (done.isSuccess()) {
                        channel.pipeline().addLast(new WebSocketFrameAggregator(MAX_MESSAGE));
                        install.accept(channel.pipeline(), chosen);
                    } else {
                        Sending.close(channel);
                    }
                });
            } catch (WebSocketHandshakeException e) {
                Sending.close(channel);
            }
        });
    }

    private static String chosen(List<String> asked, List<String> offered) {
        if (asked.isEmpty() && (offered.isEmpty() || offered.contains(""))) {
            return "";
        }
        // A client that gets anything but 101 tries the older way.
        return asked.stream()
                .filter(offered::contains)
                .findFirst()
                .orElseThrow(() -> new StatusException(
                        403,
                        "Forbidden",
                        "unable to negotiate protocol: client supports " + asked + ", server accepts "
                                + offered.stream()
                                        .filter(protocol -> !protocol.isEmpty())
                                        .toList(),
                        null));
    }
}
