package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.cache.CachedObject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The JSON of a list, gathered piece by piece from the bytes of its items. */
final class ListBody {
    static final byte[] TAIL = {']', '}', '\n'};

    private static final byte[] OPENING = {'{'};
    private static final byte[] FURTHER_OPENING = {',', '{'};
    private static final byte[] FURTHER = {','};
    private static final int PIECE = 64 << 10;

    private final byte[] head;
    private final List<CachedObject> items;
    private final Function<CachedObject, Slice> item;
    private final byte[] tail;
    private int next;
    private boolean begun;
    private boolean ended;

    /**
     * Bytes of an item.
     *
     * @param from where they begin; if not at 0, an opening brace stands for what is left of it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    record Slice(byte[] bytes, int from) {}

    ListBody(byte[] head, List<CachedObject> items, Function<CachedObject, Slice> item, byte[] tail) {
        this.head = head;
        this.items = items;
        this.item = item;
        this.tail = tail;
    }

    /** About how many bytes the whole body takes. */
    long size() {
        long size = (long) head.length + tail.length;
        for (CachedObject each : items) {
            size += each.json().length - each.bodyOffset() + 2L;
        }
        return size;
    }

    /**
     * The next piece; empty when there is none left. It is put together of the very bytes of the items: the only copy of
     * them is the one that is encrypted.
     */
    Optional<ByteBuf> next(ByteBufAllocator allocator) {
        if (ended) {
            return Optional.empty();
        }
        CompositeByteBuf piece = allocator.compositeHeapBuffer(Integer.MAX_VALUE);
        if (!begun) {
            begun = true;
            add(piece, head, 0);
        }
        while (next < items.size()) {
            if (piece.readableBytes() >= PIECE) {
                return Optional.of(piece);
            }
            boolean first = next == 0;
            Slice slice = item.apply(items.get(next++));
            if (slice.from() > 0) {
                add(piece, first ? OPENING : FURTHER_OPENING, 0);
            } else if (!first) {
                add(piece, FURTHER, 0);
            }
            add(piece, slice.bytes(), slice.from());
        }
        add(piece, tail, 0);
        ended = true;
        return Optional.of(piece);
    }

    private static void add(CompositeByteBuf piece, byte[] bytes, int from) {
        piece.addComponent(true, Unpooled.wrappedBuffer(bytes, from, bytes.length - from));
    }

    /** All of it. */
    byte[] whole() {
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
