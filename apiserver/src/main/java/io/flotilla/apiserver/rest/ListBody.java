package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.YamlCodec;
import io.netty.buffer.CompositeByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** The text of a list, gathered from the bytes of its items. */
final class ListBody extends PiecewiseBody {
    static final byte[] TAIL = {']', '}', '\n'};

    private final byte[] head;
    private final List<CachedObject> items;
    private final Function<CachedObject, Slice> item;
    private final Layout layout;

    /**
     * Bytes of an item.
     *
     * @param from where they begin; if not at 0, an opening brace stands for what is left of it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    record Slice(byte[] bytes, int from) {}

    /** What stands before the first item, between items, and behind the last one. */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    private record Layout(Separator first, Separator further, byte[] tail) {
        static Layout of(String first, String further, String tail) {
            return new Layout(Separator.of(first), Separator.of(further), bytes(tail));
        }
    }

    /** What stands before an item, and the same with an opening brace. */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    private record Separator(byte[] plain, byte[] opening) {
        static Separator of(String text) {
            return new Separator(bytes(text), bytes(text + '{'));
        }
    }

    /** JSON as programs read it. */
    ListBody(byte[] head, List<CachedObject> items, Function<CachedObject, Slice> item, byte[] tail) {
        this(head, items, item, new Layout(Separator.of(""), Separator.of(","), tail));
    }

    private ListBody(byte[] head, List<CachedObject> items, Function<CachedObject, Slice> item, Layout layout) {
        super(head, items.size(), layout.tail());
        this.head = head;
        this.items = items;
        this.item = item;
        this.layout = layout;
    }

    /** The same list, not yet begun, as people read it. */
    ListBody indented() {
        String none = new String(JsonCodec.encodePretty(withoutItems()), StandardCharsets.UTF_8);
        if (items.isEmpty()) {
            return new ListBody(bytes(none), items, item, Layout.of("", "", ""));
        }
        int end = none.lastIndexOf("[]") + 1;
        return new ListBody(
                bytes(none.substring(0, end)),
                items,
                each -> new Slice(shifted(JsonCodec.encodePretty(object(each)), 4), 0),
                Layout.of("\n    ", ",\n    ", "\n  ]" + none.substring(end + 1)));
    }

    /** The same list, not yet begun, in YAML. */
    ListBody yaml() {
        String none = new String(YamlCodec.encode(withoutItems()), StandardCharsets.UTF_8);
        if (items.isEmpty()) {
            return new ListBody(bytes(none), items, item, Layout.of("", "", ""));
        }
        int end = Math.max(none.indexOf("\nitems: []\n"), none.indexOf("\nrows: []\n"));
        int value = none.indexOf(" []", end);
        return new ListBody(
                bytes(none.substring(0, value) + "\n"),
                items,
                each -> new Slice(shifted(YamlCodec.encode(object(each)), 2), 0),
                Layout.of("- ", "- ", none.substring(value + " []\n".length())));
    }

    private ObjectNode withoutItems() {
        byte[] whole = Arrays.copyOf(head, head.length + layout.tail().length);
        System.arraycopy(layout.tail(), 0, whole, head.length, layout.tail().length);
        return StoredForm.parse(whole);
    }

    private ObjectNode object(CachedObject each) {
        Slice slice = item.apply(each);
        if (slice.from() == 0) {
            return StoredForm.parse(slice.bytes());
        }
        byte[] whole = Arrays.copyOfRange(slice.bytes(), slice.from() - 1, slice.bytes().length);
        whole[0] = '{';
        return StoredForm.parse(whole);
    }

    /** The text with all lines but the first one that many columns further right; empty lines stay empty. */
    private static byte[] shifted(byte[] text, int columns) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + text.length / 2);
        for (int i = 0; i < text.length; i++) {
            out.write(text[i]);
            if (text[i] == '\n' && i + 1 < text.length && text[i + 1] != '\n') {
                for (int column = 0; column < columns; column++) {
                    out.write(' ');
                }
            }
        }
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    boolean exceeds(long bytes) {
        long size = (long) head.length + layout.tail().length;
        for (CachedObject each : items) {
            size += each.json().length - each.bodyOffset() + 2L;
            if (size > bytes) {
                return true;
            }
        }
        return size > bytes;
    }

    @Override
    void addItem(CompositeByteBuf piece, int index) {
        Separator before = index == 0 ? layout.first() : layout.further();
        Slice slice = item.apply(items.get(index));
        add(piece, slice.from() > 0 ? before.opening() : before.plain(), 0);
        add(piece, slice.bytes(), slice.from());
    }
}
