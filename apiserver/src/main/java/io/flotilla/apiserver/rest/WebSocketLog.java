package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;

/** A log over a WebSocket: an empty message, then the bytes as they come, in binary messages or as text in base64. */
final class WebSocketLog {
    private static final String BASE64 = "base64.binary.k8s.io";
    private static final List<String> PROTOCOLS = List.of("", "binary.k8s.io", BASE64);

    private WebSocketLog() {}

    /** Upgrades, then hands over where the log goes, on the event loop; never if the connection fails before. */
    static void open(Exchange exchange, Consumer<BodyStream> opened) {
        WebSocketStream.open(
                exchange,
                PROTOCOLS,
                protocol -> protocol.equals(BASE64) ? WebSocketLog::base64 : BinaryWebSocketFrame::new,
                stream -> {
                    stream.write(Unpooled.EMPTY_BUFFER);
                    stream.flush();
                    opened.accept(stream);
                });
    }

    private static WebSocketFrame base64(ByteBuf bytes) {
        String text = Base64.getEncoder().encodeToString(ByteBufUtil.getBytes(bytes));
        bytes.release();
        return new TextWebSocketFrame(text);
    }
}
