package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** A body that is made piece by piece as it is sent: it may be larger than the memory. */
interface PiecewiseBody {
    /** Once a piece has so many bytes, no item is added to it. */
    int PIECE = 64 << 10;

    /** Whether the whole body takes more than about that many bytes. */
    boolean exceeds(long bytes);

    /** The next piece; empty when there is none left. */
    Optional<ByteBuf> next(ByteBufAllocator allocator);

    /** All of it; of a body that has not been begun. */
    default byte[] whole() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Optional<ByteBuf> piece = next(UnpooledByteBufAllocator.DEFAULT);
                piece.isPresent();
                piece = next(UnpooledByteBufAllocator.DEFAULT)) {
            out.writeBytes(ByteBufUtil.getBytes(piece.get()));
            piece.get().release();
        }
        return out.toByteArray();
    }
}
