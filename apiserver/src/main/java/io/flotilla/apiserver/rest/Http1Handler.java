package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.authn.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection: collects requests and answers them one after another; those that a client sends ahead wait.
 */
final class Http1Handler extends ChannelInboundHandlerAdapter {
    private static final int MAX_AHEAD = 16;

    private final RequestSink sink;
    private final Optional<Peer> peer;
    private final Deque<Http1Exchange> waiting = new ArrayDeque<>();
    private boolean busy;
    private @Nullable HttpRequest head;
    private @Nullable CompositeByteBuf body;
    private boolean tooLarge;
    private boolean refused;
    private @Nullable BodyStream stream;

    Http1Handler(RequestSink sink, Optional<Peer> peer) {
        this.sink = sink;
        this.peer = peer;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (refused) {
                return;
            }
            if (message instanceof HttpRequest request) {
                if (request.decoderResult().isFailure()) {
                    Throwable why = request.decoderResult().cause();
                    boolean tooLong =
                            why instanceof TooLongHttpHeaderException || why instanceof TooLongHttpLineException;
                    refuse(
                            context,
                            tooLong
                                    ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                                    : HttpResponseStatus.BAD_REQUEST);
                    return;
                }
                head = request;
                tooLarge = false;
                if (HttpUtil.is100ContinueExpected(request)) {
                    Sending.flush(
                            context.channel(),
                            new DefaultFullHttpResponse(
                                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
                }
            }
            if (message instanceof HttpContent content) {
                collect(context, content.content());
                if (message instanceof LastHttpContent) {
                    finish(context);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void collect(ChannelHandlerContext context, ByteBuf content) {
        if (tooLarge || !content.isReadable()) {
            return;
        }
        if (body == null) {
            body = context.alloc().compositeHeapBuffer(64);
        }
        if (body.readableBytes() + content.readableBytes() > RequestSink.MAX_BODY) {
            tooLarge = true;
            return;
        }
        body.addComponent(true, content.retain());
    }

    private void finish(ChannelHandlerContext context) {
        HttpRequest request = head;
        if (request == null) {
            return;
        }
        head = null;
        byte[] bytes = body == null ? new byte[0] : ByteBufUtil.getBytes(body);
        releaseBody();
        String target = request.uri();
        int mark = target.indexOf('?');
        Http1Exchange exchange;
        try {
            exchange = new Http1Exchange(
                    context,
                    request,
                    RequestSink.decodePath(mark < 0 ? target : target.substring(0, mark)),
                    Query.parse(mark < 0 ? "" : target.substring(mark + 1)),
                    new Exchange.Body(bytes, tooLarge));
        } catch (IllegalArgumentException e) {
            refuse(context, HttpResponseStatus.BAD_REQUEST);
            return;
        }
        if (waiting.size() >= MAX_AHEAD) {
            Sending.close(context.channel());
            return;
        }
        waiting.add(exchange);
        next();
    }

    private void next() {
        if (!busy && !waiting.isEmpty()) {
            busy = true;
            sink.accept(waiting.poll());
        }
    }

    private void done(Channel channel, boolean keepAlive) {
        stream = null;
        busy = false;
        if (keepAlive) {
            next();
        } else {
            Sending.flushAndClose(channel, Unpooled.EMPTY_BUFFER);
        }
    }

    /** Nothing more is read from a client that cannot be understood. */
    private void refuse(ChannelHandlerContext context, HttpResponseStatus status) {
        refused = true;
        HttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
        answer.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
        HttpUtil.setKeepAlive(answer, false);
        Sending.flushAndLinger(context.channel(), answer);
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
        waiting.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Sending.close(context.channel());
    }

    final class Http1Exchange extends Exchange {
        private final ChannelHandlerContext context;
        private final HttpRequest request;
        private final HttpHeaders response = new DefaultHttpHeaders();

        Http1Exchange(
                ChannelHandlerContext context, HttpRequest request, String path, Query query, Exchange.Body body) {
            super(request.method().name(), path, query, body, peer);
            this.context = context;
            this.request = request;
        }

        /** The request itself, for an upgrade of the connection. */
        HttpRequest request() {
            return request;
        }

        ChannelHandlerContext context() {
            return context;
        }

        @Override
        String header(String name) {
            String value = request.headers().get(name);
            return value == null ? "" : value;
        }

        @Override
        void forEachHeader(BiConsumer<String, String> each) {
            request.headers().forEach(header -> each.accept(header.getKey(), header.getValue()));
        }

        @Override
        String uri() {
            return request.uri();
        }

        @Override
        Channel channel() {
            return context.channel();
        }

        @Override
        void putHeader(String name, String value) {
            response.add(name, value);
        }

        /** Whether the connection serves further requests after this; may turn to false when the server stops. */
        private boolean keepAlive() {
            return HttpUtil.isKeepAlive(request) && !body().tooLarge() && !sink.isStopping();
        }

        @Override
        void send(int code, ByteBuf content) {
            boolean head = method().equals("HEAD");
            int length = content.readableBytes();
            if (head) {
                content.release();
            }
            HttpResponse answer = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), head ? Unpooled.EMPTY_BUFFER : content);
            answer.headers().add(response);
            answer.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, length);
            boolean keepAlive = keepAlive();
            HttpUtil.setKeepAlive(answer, keepAlive);
            channel().eventLoop().execute(() -> {
                Sending.flush(channel(), answer);
                done(channel(), keepAlive);
            });
        }

        @Override
        BodyStream open(int code) {
            HttpResponse answer =
                    new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), response);
            HttpUtil.setTransferEncodingChunked(answer, true);
            HttpUtil.setKeepAlive(answer, keepAlive());
            Sending.flush(channel(), answer);
            BodyStream started = new BodyStream(channel(), DefaultHttpContent::new, () -> {
                Sending.flush(channel(), LastHttpContent.EMPTY_LAST_CONTENT);
                done(channel(), keepAlive());
            });
            stream = started;
            return started;
        }
    }
}
