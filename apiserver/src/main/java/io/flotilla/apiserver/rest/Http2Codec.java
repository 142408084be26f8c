package io.flotilla.apiserver.rest;

import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * The server's side of HTTP/2. The streams of a connection take turns of a whole frame: Netty's own order, by weights
 * that clients no longer send (RFC 9113, 5.3.2), cuts what several streams send at the same time into frames of 1 KiB.
 */
final class Http2Codec extends Http2FrameCodecBuilder {
    private static final int MAX_STREAMS = 1_000;
    private static final int WINDOW = 1 << 20;
    private static final int TURN = 16 << 10;

    Http2Codec() {
        Http2Connection connection = new DefaultHttp2Connection(true);
        UniformStreamByteDistributor turns = new UniformStreamByteDistributor(connection);
        turns.minAllocationChunk(TURN);
        connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, turns));
        connection(connection);
        gracefulShutdownTimeoutMillis(0);
        initialSettings(Http2Settings.defaultSettings()
                .maxConcurrentStreams(MAX_STREAMS)
                .initialWindowSize(WINDOW)
                .maxHeaderListSize(64 << 10));
    }
}
