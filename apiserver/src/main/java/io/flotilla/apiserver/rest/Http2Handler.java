package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.authn.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 stream: collects a request, hands it on, and frames its answer. */
final class Http2Handler extends ChannelInboundHandlerAdapter {
    private final RequestSink sink;
    private final Optional<Peer> peer;
    private @Nullable Http2Headers head;
    private @Nullable CompositeByteBuf body;
    private boolean tooLarge;
    private boolean dispatched;
    private @Nullable BodyStream stream;

    Http2Handler(RequestSink sink, Optional<Peer> peer) {
        this.sink = sink;
        this.peer = peer;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            switch (message) {
                case Http2HeadersFrame headers -> {
                    if (head == null) {
                        head = headers.headers();
                    }
                    if (headers.isEndStream()) {
                        dispatch(context);
                    }
                }
                case Http2DataFrame data -> {
                    collect(context, data.content());
                    if (data.isEndStream()) {
                        dispatch(context);
                    }
                }
                default -> {
                    // Resets and the like end the channel, which is all that matters here.
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void collect(ChannelHandlerContext context, ByteBuf content) {
        if (tooLarge || dispatched || !content.isReadable()) {
            return;
        }
        if (body == null) {
            body = context.alloc().compositeHeapBuffer(64);
        }
        if (body.readableBytes() + content.readableBytes() > RequestSink.MAX_BODY) {
            tooLarge = true;
            dispatch(context);
            return;
        }
        body.addComponent(true, content.retain());
    }

    private void dispatch(ChannelHandlerContext context) {
        if (dispatched || head == null) {
            return;
        }
        dispatched = true;
        byte[] bytes = body == null ? new byte[0] : ByteBufUtil.getBytes(body);
        releaseBody();
        String target = String.valueOf(head.path());
        int mark = target.indexOf('?');
        Exchange.Body received = new Exchange.Body(bytes, tooLarge);
        try {
            sink.accept(new Http2Exchange(
                    context.channel(),
                    head,
                    String.valueOf(head.method()),
                    RequestSink.decodePath(mark < 0 ? target : target.substring(0, mark)),
                    Query.parse(mark < 0 ? "" : target.substring(mark + 1)),
                    received));
        } catch (IllegalArgumentException e) {
            DefaultHttp2Headers bad = new DefaultHttp2Headers();
            bad.status("400");
            Sending.flush(context.channel(), new DefaultHttp2HeadersFrame(bad, true));
        }
    }

    private void releaseBody() {
        if (body != null) {
            body.release();
            body = null;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (stream != null && context.channel().isWritable()) {
            stream.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        releaseBody();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Sending.close(context.channel());
    }

    private final class Http2Exchange extends Exchange {
        private final Channel channel;
        private final Http2Headers request;
        private final DefaultHttp2Headers response = new DefaultHttp2Headers(false);

        Http2Exchange(
                Channel channel, Http2Headers request, String method, String path, Query query, Exchange.Body body) {
            super(method, path, query, body, peer);
            this.channel = channel;
            this.request = request;
        }

        @Override
        String header(String name) {
            CharSequence value = request.get(name);
            return value == null ? "" : value.toString();
        }

        @Override
        void forEachHeader(BiConsumer<String, String> each) {
            request.forEach(header -> {
                if (!Http2Headers.PseudoHeaderName.isPseudoHeader(header.getKey())) {
                    each.accept(header.getKey().toString(), header.getValue().toString());
                }
            });
        }

        @Override
        String uri() {
            return String.valueOf(request.path());
        }

        @Override
        Channel channel() {
            return channel;
        }

        @Override
        void putHeader(String name, String value) {
            response.add(name, value);
        }

        @Override
        void send(int code, ByteBuf body) {
            response.status(Integer.toString(code));
            response.setInt("content-length", body.readableBytes());
            boolean empty = !body.isReadable() || method().equals("HEAD");
            channel.eventLoop().execute(() -> {
                Sending.write(channel, new DefaultHttp2HeadersFrame(response, empty));
                if (empty) {
                    body.release();
                    channel.flush();
                } else {
                    Sending.flush(channel, new DefaultHttp2DataFrame(body, true));
                }
            });
        }

        @Override
        BodyStream open(int code) {
            response.status(Integer.toString(code));
            Sending.write(channel, new DefaultHttp2HeadersFrame(response, false));
            channel.flush();
            BodyStream started = new BodyStream(
                    channel,
                    bytes -> new DefaultHttp2DataFrame(bytes, false),
                    () -> Sending.flush(channel, new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true)));
            stream = started;
            return started;
        }
    }
}
