package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.cache.CachedObject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The JSON of a list, gathered piece by piece from the bytes of its items. */
final class ListBody {
    static final byte[] TAIL = {']', '}', '\n'};

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

    /** The next piece; empty when there is none left. */
    Optional<ByteBuf> next(ByteBufAllocator allocator) {
        if (ended) {
            return Optional.empty();
        }
        ByteBuf piece = allocator.heapBuffer(PIECE + (8 << 10));
        if (!begun) {
            begun = true;
            piece.writeBytes(head);
        }
        while (next < items.size()) {
            if (piece.readableBytes() >= PIECE) {
                return Optional.of(piece);
            }
            if (next > 0) {
                piece.writeByte(',');
            }
            Slice slice = item.apply(items.get(next++));
            if (slice.from() > 0) {
                piece.writeByte('{');
            }
            piece.writeBytes(slice.bytes(), slice.from(), slice.bytes().length - slice.from());
        }
        piece.writeBytes(tail);
        ended = true;
        return Optional.of(piece);
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
