package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.node.PodLocator;
import io.flotilla.proto.node.NodeGrpc;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Port forwarding in the channels of a WebSocket. Each port has two in the order in which the client named them, one for
 * data and one, from the server, for what goes wrong; on both the server first says the port, in two bytes, little end
 * first. That a port has ended is not told; after the last one the server closes.
 */
final class WebSocketPortForward extends WebSocketHandler {
    private static final int CHANNELS_OF_A_PORT = 2;

    private final ChannelFraming framing;
    private final List<ForwardedPort> ports = new ArrayList<>();
    private int open;

    private WebSocketPortForward(Channel channel, ChannelFraming framing) {
        super(channel);
        this.framing = framing;
    }

    /** Speaks for the pipeline's client from now on; on the event loop. */
    static void install(
            ChannelPipeline pipeline,
            String protocol,
            List<Integer> ports,
            PodLocator.Located pod,
            NodeGrpc.NodeStub agent) {
        WebSocketPortForward front = new WebSocketPortForward(pipeline.channel(), ChannelFraming.of(protocol));
        pipeline.addLast(front);
        front.start(ports, pod, agent);
    }

    private void start(List<Integer> numbers, PodLocator.Located pod, NodeGrpc.NodeStub agent) {
        ReadingGate gate = new ReadingGate(channel());
        open = numbers.size();
        for (int number : numbers) {
            Port port = new Port(CHANNELS_OF_A_PORT * ports.size());
            var _ = port.data(littleEndian(number));
            var _ = port.write(port.channel + 1, littleEndian(number));
            ports.add(new ForwardedPort(port, channel(), gate, pod));
        }
        for (int i = 0; i < numbers.size(); i++) {
            ports.get(i).start(agent, numbers.get(i));
        }
    }

    private static ByteBuf littleEndian(int number) {
        return Unpooled.buffer(Short.BYTES).writeShortLE(number);
    }

    @Override
    void message(ByteBuf content) {
        if (!content.isReadable()) {
            return;
        }
        int channel = framing.channel(content);
        // Only data come from a client, and a number that means nothing may be anything.
        if (channel % CHANNELS_OF_A_PORT == 0 && channel / CHANNELS_OF_A_PORT < ports.size()) {
            ports.get(channel / CHANNELS_OF_A_PORT).send(framing.bytes(content));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ports.forEach(ForwardedPort::leave);
    }

    private final class Port implements ForwardedPort.Client {
        private final int channel;

        Port(int channel) {
            this.channel = channel;
        }

        @Override
        public ChannelFuture data(ByteBuf bytes) {
            return write(channel, bytes);
        }

        @Override
        public void error(String text) {
            var _ = write(channel + 1, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
        }

        private ChannelFuture write(int to, ByteBuf bytes) {
            return channel().writeAndFlush(framing.frame(to, bytes));
        }

        @Override
        public void ended() {
            if (--open == 0) {
                close();
            }
        }
    }
}
