package io.flotilla.apiserver.rest;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.util.List;
import java.util.function.Consumer;

/**
 * A watch over a WebSocket: each event is a message, of text if it is JSON and else binary, without the length that goes
 * before it in a body. The one subprotocol that a client names is agreed to, whatever it is.
 */
final class WebSocketWatch {
    private static final int LENGTH = 4;

    private WebSocketWatch() {}

    /** Upgrades, then hands over where the events go, on the event loop; never if the connection fails before. */
    static void open(Exchange exchange, boolean text, Consumer<BodyStream> opened) {
        List<String> asked = WebSocketUpgrade.asked(exchange);
        WebSocketStream.open(
                exchange,
                asked.subList(0, Math.min(1, asked.size())),
                _ -> event -> text ? new TextWebSocketFrame(event) : new BinaryWebSocketFrame(event.skipBytes(LENGTH)),
                opened);
    }

    /** Upgrades, tells one event, and ends. */
    static void tell(Exchange exchange, boolean text, byte[] event) {
        open(exchange, text, events -> {
            events.write(Unpooled.wrappedBuffer(event));
            events.end();
        });
    }
}
