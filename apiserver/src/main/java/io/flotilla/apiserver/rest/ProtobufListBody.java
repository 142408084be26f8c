package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.codec.ProtobufCodec;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * A list in protobuf. How long it is stands at its start, so all items are encoded to begin with; those of a list too
 * long to be kept are encoded once more when their turn comes.
 */
final class ProtobufListBody extends PiecewiseBody {
    /** Bytes of encoded items that a list may keep until they are sent. */
    static final long KEPT = 16 << 20;

    private final List<CachedObject> items;
    private final Function<CachedObject, byte[]> item;
    private final List<byte[]> kept;
    private final long length;

    /**
     * @param head of a list whose items take that many bytes
     * @param item an item as it stands in the list, the same each time
     * @param most {@link #KEPT} but for tests
     */
    ProtobufListBody(
            LongFunction<byte[]> head, List<CachedObject> items, Function<CachedObject, byte[]> item, long most) {
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
        byte[] start = head.apply(size);
        byte[] tail = ProtobufCodec.listTail();
        super(start, items.size(), tail);
        this.items = items;
        this.item = item;
        this.kept = size <= most ? first : List.of();
        this.length = start.length + size + tail.length;
    }

    @Override
    boolean exceeds(long bytes) {
        return length > bytes;
    }

    @Override
    void addItem(CompositeByteBuf piece, int index) {
        add(piece, kept.isEmpty() ? item.apply(items.get(index)) : kept.get(index), 0);
    }
}
