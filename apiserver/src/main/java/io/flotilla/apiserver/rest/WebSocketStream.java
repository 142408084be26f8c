package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A WebSocket on which only the server speaks. What the client says beyond pings and closing means nothing. */
final class WebSocketStream extends WebSocketHandler {
    private final BodyStream body;

    private WebSocketStream(Channel channel, Function<ByteBuf, Object> frame) {
        super(channel);
        this.body = new BodyStream(channel, frame, this::close);
    }

    /**
     * Upgrades, then hands over where the messages go, on the event loop; never if the connection fails before.
     *
     * @param framing makes messages out of parts of the body, in the protocol that was chosen
     */
    static void open(
            Exchange exchange,
            List<String> protocols,
            Function<String, Function<ByteBuf, Object>> framing,
            Consumer<BodyStream> opened) {
        WebSocketUpgrade.upgrade(
                exchange, protocols, (pipeline, protocol) -> opened.accept(install(pipeline, framing.apply(protocol))));
    }

    private static BodyStream install(ChannelPipeline pipeline, Function<ByteBuf, Object> frame) {
        WebSocketStream stream = new WebSocketStream(pipeline.channel(), frame);
        pipeline.addLast(stream);
        return stream.body;
    }

    @Override
    void message(ByteBuf content) {
        // Nothing is asked after the beginning.
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            body.writable();
        }
    }
}
