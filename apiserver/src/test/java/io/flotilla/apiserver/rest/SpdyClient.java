package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A client that upgrades to SPDY as kubectl does, over a socket, one thing after another. */
final class SpdyClient implements AutoCloseable {
    private final Socket socket;
    private final EmbeddedChannel codec = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final Map<Integer, ByteArrayOutputStream> received = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private int streams;

    SpdyClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
    }

    /** Asks for the upgrade; returns the head of the answer. */
    String upgrade(List<String> protocols) throws IOException {
        StringBuilder request =
                new StringBuilder("POST /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n");
        protocols.forEach(each ->
                request.append("X-Stream-Protocol-Version: ").append(each).append("\r\n"));
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    int open(String type, Map<String, String> headers) throws IOException {
        int id = 2 * streams++ + 1;
        DefaultSpdySynStreamFrame frame = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
        frame.headers().set("streamtype", type);
        headers.forEach((name, value) -> frame.headers().set(name, value));
        send(frame);
        return id;
    }

    void write(int stream, String text, boolean last) throws IOException {
        DefaultSpdyDataFrame frame =
                new DefaultSpdyDataFrame(stream, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
        frame.setLast(last);
        send(frame);
    }

    private void send(Object frame) throws IOException {
        codec.writeOutbound(frame);
        for (ByteBuf bytes = codec.readOutbound(); bytes != null; bytes = codec.readOutbound()) {
            socket.getOutputStream().write(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }
    }

    /** What came on a stream until its end. */
    String readToEnd(int stream) throws IOException {
        byte[] buffer = new byte[8 << 10];
        while (!ended.contains(stream)) {
            int length = socket.getInputStream().read(buffer);
            if (length < 0) {
                throw new IOException("closed before the end of stream " + stream);
            }
            codec.writeInbound(Unpooled.copiedBuffer(buffer, 0, length));
            for (Object frame = codec.readInbound(); frame != null; frame = codec.readInbound()) {
                if (frame instanceof SpdyDataFrame data) {
                    received.computeIfAbsent(data.streamId(), _ -> new ByteArrayOutputStream())
                            .writeBytes(ByteBufUtil.getBytes(data.content()));
                    if (data.isLast()) {
                        ended.add(data.streamId());
                    }
                }
                ReferenceCountUtil.release(frame);
            }
        }
        ByteArrayOutputStream bytes = received.getOrDefault(stream, new ByteArrayOutputStream());
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        codec.finishAndReleaseAll();
    }
}
