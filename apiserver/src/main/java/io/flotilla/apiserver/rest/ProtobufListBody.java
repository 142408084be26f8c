package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.codec.ProtobufCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * A list in protobuf. How long it is stands at its start, so all items are encoded to begin with; those of a list too
 * long to be kept are encoded once more when their turn comes.
 */
final class ProtobufListBody implements PiecewiseBody {
    /** Bytes of encoded items that a list may keep until they are sent. */
    static final long KEPT = 16 << 20;

    private final List<CachedObject> items;
    private final Function<CachedObject, byte[]> item;
    private final List<byte[]> kept;
    private final byte[] head;
    private final byte[] tail = ProtobufCodec.listTail();
    private final long length;
    private int next;
    private boolean begun;
    private boolean ended;

    /**
     * @param head of a list whose items take that many bytes
     * @param item an item as it stands in the list, the same each time
     * @param most {@link #KEPT} but for tests
     */
    ProtobufListBody(
            LongFunction<byte[]> head, List<CachedObject> items, Function<CachedObject, byte[]> item, long most) {
        this.items = items;
        this.item = item;
        List<byte[]> first = new ArrayList<>(items.size());
        long size = 0;
        for (CachedObject each : items) {
            byte[] encoded = item.apply(each);
            size += encoded.length;
            if (size <= most) {
                first.add(encoded);
            } else {
                first.clear();
            }
        }
        this.kept = size <= most ? first : List.of();
        this.head = head.apply(size);
        this.length = this.head.length + size + tail.length;
    }

    @Override
    public boolean exceeds(long bytes) {
        return length > bytes;
    }

    @Override
    public Optional<ByteBuf> next(ByteBufAllocator allocator) {
        if (ended) {
            return Optional.empty();
        }
        CompositeByteBuf piece = allocator.compositeHeapBuffer(Integer.MAX_VALUE);
        if (!begun) {
            begun = true;
            piece.addComponent(true, Unpooled.wrappedBuffer(head));
        }
        while (next < items.size()) {
            if (piece.readableBytes() >= PIECE) {
                return Optional.of(piece);
            }
            byte[] encoded = kept.isEmpty() ? item.apply(items.get(next)) : kept.get(next);
            next++;
            piece.addComponent(true, Unpooled.wrappedBuffer(encoded));
        }
        piece.addComponent(true, Unpooled.wrappedBuffer(tail));
        ended = true;
        return Optional.of(piece);
    }
}
