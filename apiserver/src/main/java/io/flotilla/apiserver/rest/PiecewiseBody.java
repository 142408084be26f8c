package io.flotilla.apiserver.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * The body of a list that is made piece by piece as it is sent: it may be larger than the memory. A piece is put
 * together of the very bytes of the items: the only copy of them is the one that is encrypted.
 */
abstract class PiecewiseBody {
    /** Once a piece has so many bytes, no item is added to it. */
    static final int PIECE = 64 << 10;

    private final byte[] head;
    private final int items;
    private final byte[] tail;
    private int next;
    private boolean begun;
    private boolean ended;

    /**
     * @param head what stands before the items
     * @param items how many there are
     * @param tail what stands behind them
     */
    PiecewiseBody(byte[] head, int items, byte[] tail) {
        this.head = head;
        this.items = items;
        this.tail = tail;
    }

    /** Whether the whole body takes more than about that many bytes. */
    abstract boolean exceeds(long bytes);

    /** Adds an item and what separates it from the one before; each is asked for once, in their order. */
    abstract void addItem(CompositeByteBuf piece, int index);

    /** The next piece; empty when there is none left. */
    final Optional<ByteBuf> next(ByteBufAllocator allocator) {
        if (ended) {
            return Optional.empty();
        }
        CompositeByteBuf piece = allocator.compositeHeapBuffer(Integer.MAX_VALUE);
        if (!begun) {
            begun = true;
            add(piece, head, 0);
        }
        while (next < items) {
            if (piece.readableBytes() >= PIECE) {
                return Optional.of(piece);
            }
            addItem(piece, next++);
        }
        add(piece, tail, 0);
        ended = true;
        return Optional.of(piece);
    }

    /** All of it; of a body that has not been begun. */
    final byte[] whole() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Optional<ByteBuf> piece = next(UnpooledByteBufAllocator.DEFAULT);
                piece.isPresent();
                piece = next(UnpooledByteBufAllocator.DEFAULT)) {
            out.writeBytes(ByteBufUtil.getBytes(piece.get()));
            piece.get().release();
        }
        return out.toByteArray();
    }

    static void add(CompositeByteBuf piece, byte[] bytes, int from) {
        if (bytes.length > from) {
            piece.addComponent(true, Unpooled.wrappedBuffer(bytes).readerIndex(from));
        }
    }
}
