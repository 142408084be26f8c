package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.request.StatusException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** Turns an HTTP/1.1 connection into one of SPDY/3.1 that speaks one of the protocols offered. */
final class SpdyUpgrade {
    private static final String SPDY = "SPDY/3.1";
    private static final String PROTOCOL = "X-Stream-Protocol-Version";

    private SpdyUpgrade() {}

    static boolean isAsked(Exchange exchange) {
        return exchange instanceof Http1Handler.Http1Exchange
                && exchange.header("upgrade").equalsIgnoreCase(SPDY);
    }

    /**
     * Upgrades, then hands the pipeline to {@code install}, on the event loop, with the protocol that was chosen: the
     * first of the client's that is offered. A client that names none gets the last one offered.
     *
     * @throws StatusException none of the protocols is offered
     */
    static void upgrade(Exchange exchange, List<String> protocols, BiConsumer<ChannelPipeline, String> install) {
        if (!(exchange instanceof Http1Handler.Http1Exchange http)) {
            throw StatusException.badRequest("Upgrade request required");
        }
        List<String> asked = http.request().headers().getAll(PROTOCOL).stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(String::strip)
                .filter(protocol -> !protocol.isEmpty())
                .toList();
        String chosen = asked.isEmpty()
                ? protocols.getLast()
                : asked.stream().filter(protocols::contains).findFirst().orElse("");
        if (chosen.isEmpty()) {
            protocols.forEach(protocol -> exchange.addHeader("x-accepted-stream-protocol-versions", protocol));
            throw new StatusException(
                    403,
                    "Forbidden",
                    "unable to upgrade: unable to negotiate protocol: client supports " + asked + ", server accepts "
                            + protocols,
                    null);
        }
        DefaultFullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        answer.headers()
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.UPGRADE, SPDY);
        if (!asked.isEmpty()) {
            answer.headers().set(PROTOCOL, chosen);
        }
        exchange.upgraded();
        Channel channel = exchange.channel();
        channel.eventLoop().execute(() -> {
            ChannelPipeline pipeline = channel.pipeline();
            Sending.flush(channel, answer);
            pipeline.remove("http");
            pipeline.remove(HttpServerCodec.class);
            pipeline.addLast(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
            install.accept(pipeline, chosen);
        });
    }

    /** Accepts a stream. Without headers there would be no header block at all, which Go's SPDY takes for broken. */
    static SpdySynReplyFrame reply(int stream) {
        DefaultSpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(stream);
        reply.headers().set("status", "200");
        return reply;
    }

    /** No more from this side. */
    static SpdyDataFrame end(int stream) {
        DefaultSpdyDataFrame end = new DefaultSpdyDataFrame(stream, Unpooled.EMPTY_BUFFER);
        end.setLast(true);
        return end;
    }
}
