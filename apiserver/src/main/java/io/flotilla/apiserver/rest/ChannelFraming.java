package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * How several channels share the messages of a WebSocket: the first byte of a message is the channel's number, as it is or
 * as a digit, and what follows are the channel's bytes, as they are or in base64. What a client sends may come in text and
 * in binary messages alike.
 */
enum ChannelFraming {
    BINARY,
    BASE64;

    /** That of a subprotocol. */
    static ChannelFraming of(String protocol) {
        return protocol.contains("base64") ? BASE64 : BINARY;
    }

    WebSocketFrame frame(int channel, ByteBuf bytes) {
        if (this == BINARY) {
            return new BinaryWebSocketFrame(
                    Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(new byte[] {(byte) channel}), bytes));
        }
        String text = (char) ('0' + channel) + Base64.getEncoder().encodeToString(ByteBufUtil.getBytes(bytes));
        bytes.release();
        return new TextWebSocketFrame(text);
    }

    /** Takes the channel's number off a message that is not empty. */
    int channel(ByteBuf message) {
        int first = message.readUnsignedByte();
        return this == BINARY ? first : first - '0' & 0xff;
    }

    /** What is left of a message without its channel; nothing if it is not what it should be. */
    ByteBuf bytes(ByteBuf message) {
        if (this == BINARY) {
            return message;
        }
        try {
            return Unpooled.wrappedBuffer(Base64.getDecoder().decode(message.toString(StandardCharsets.ISO_8859_1)));
        } catch (IllegalArgumentException e) {
            return Unpooled.EMPTY_BUFFER;
        }
    }
}
