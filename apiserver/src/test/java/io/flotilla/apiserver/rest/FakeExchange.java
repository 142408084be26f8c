package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** A request that keeps its answer. */
final class FakeExchange extends Exchange {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Map<String, String> headers = new ConcurrentHashMap<>();
    private volatile String sentBody = "";

    FakeExchange(String method, String path) {
        super(method, path, Query.parse(""), Exchange.Body.NONE, Optional.empty());
    }

    String sentBody() {
        return sentBody;
    }

    String sentHeader(String name) {
        return headers.getOrDefault(name, "");
    }

    @Override
    String header(String name) {
        return "";
    }

    @Override
    void forEachHeader(BiConsumer<String, String> each) {}

    @Override
    String uri() {
        return path();
    }

    @Override
    Channel channel() {
        return channel;
    }

    @Override
    void putHeader(String name, String value) {
        headers.put(name, value);
    }

    @Override
    void send(int code, ByteBuf content) {
        sentBody = content.toString(StandardCharsets.UTF_8);
        content.release();
    }

    @Override
    BodyStream open(int code) {
        return new BodyStream(channel, bytes -> bytes, () -> {});
    }
}
