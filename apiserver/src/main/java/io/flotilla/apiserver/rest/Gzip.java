package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Compresses a body piece by piece, at the level that costs least, as Kubernetes does for large answers. */
final class Gzip implements AutoCloseable {
    /** Smaller bodies are not compressed. */
    static final int THRESHOLD = 128 << 10;

    private static final byte[] HEADER = {0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final Deflater deflater = new Deflater(1, true);
    private final CRC32 checksum = new CRC32();
    private long length;
    private boolean begun;

    /** Whether the answer is to be compressed if it is long; tells the client so. */
    static boolean isWanted(Exchange exchange) {
        if (!exchange.header("accept-encoding").contains("gzip")) {
            return false;
        }
        exchange.addHeader("content-encoding", "gzip");
        exchange.addHeader("vary", "Accept-Encoding");
        return true;
    }

    /** Sends a whole answer, compressed if it is long and the client takes it so. */
    static void respond(Exchange exchange, int code, ByteBuf body) {
        if (body.readableBytes() <= THRESHOLD || !isWanted(exchange)) {
            exchange.respond(code, body);
            return;
        }
        try (Gzip gzip = new Gzip()) {
            exchange.respond(code, gzip.compress(exchange.channel().alloc(), body, true));
        }
    }

    /** Compresses a piece, which is released; the last one ends the stream. */
    ByteBuf compress(ByteBufAllocator allocator, ByteBuf piece, boolean last) {
        ByteBuf out = allocator.heapBuffer(Math.max(256, piece.readableBytes() / 4));
        try {
            if (!begun) {
                begun = true;
                out.writeBytes(HEADER);
            }
            ByteBuffer in = piece.nioBuffer();
            length += in.remaining();
            checksum.update(in.duplicate());
            deflater.setInput(in);
            if (last) {
                deflater.finish();
            }
            while (last ? !deflater.finished() : !deflater.needsInput()) {
                out.ensureWritable(8 << 10);
                int written = deflater.deflate(
                        out.array(), out.arrayOffset() + out.writerIndex(), out.writableBytes(), Deflater.NO_FLUSH);
                out.writerIndex(out.writerIndex() + written);
                if (written == 0 && !last) {
                    break;
                }
            }
            if (last) {
                out.writeIntLE((int) checksum.getValue());
                out.writeIntLE((int) length);
            }
            return out;
        } finally {
            piece.release();
        }
    }

    @Override
    public void close() {
        deflater.end();
    }
}
