package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.pipeline.Listing;
import io.flotilla.apiserver.registry.ServedVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The JSON of a list, gathered piece by piece from the bytes of its items. Items of a list carry neither kind nor
 * apiVersion.
 */
final class ListBody {
    private static final int PIECE = 64 << 10;
    private static final byte[] TAIL = {']', '}', '\n'};

    private final Listing listing;
    private final byte[] head;
    private int next;
    private boolean begun;
    private boolean ended;

    ListBody(Listing listing) {
        this.listing = listing;
        ServedVersion version = listing.version();
        StringBuilder text = new StringBuilder(256)
                .append("{\"kind\":\"")
                .append(version.resource().kind())
                .append("List\",\"apiVersion\":\"")
                .append(version.resource().apiVersion())
                .append("\",\"metadata\":{\"resourceVersion\":\"")
                .append(listing.revision())
                .append('"');
        if (!listing.continueToken().isEmpty()) {
            text.append(",\"continue\":\"");
            JsonStringEncoder.getInstance().quoteAsString(listing.continueToken(), text);
            text.append('"');
        }
        listing.remaining()
                .ifPresent(count -> text.append(",\"remainingItemCount\":").append(count));
        head = text.append("},\"items\":[").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes that the whole body takes, exactly where nothing is converted, else about. */
    long size() {
        long size = (long) head.length + TAIL.length;
        for (CachedObject each : listing.items()) {
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
        while (next < listing.items().size()) {
            if (piece.readableBytes() >= PIECE) {
                return Optional.of(piece);
            }
            if (next > 0) {
                piece.writeByte(',');
            }
            ServedVersion.Encoded item =
                    listing.version().encode(listing.items().get(next++));
            piece.writeByte('{');
            piece.writeBytes(item.json(), item.body(), item.json().length - item.body());
        }
        piece.writeBytes(TAIL);
        ended = true;
        return Optional.of(piece);
    }
}
