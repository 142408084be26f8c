package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.schema.Field;
import io.flotilla.apiserver.schema.Field.ListKind;
import io.flotilla.apiserver.schema.ListType;
import io.flotilla.apiserver.schema.MapType;
import io.flotilla.apiserver.schema.Scalar;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a value is to server-side apply: owned as a whole, or by its fields, keys or items. */
record ListIdentity(
        ListKind kind, List<String> keys, @Nullable StructType element) {
    private static final ListIdentity ATOMIC = new ListIdentity(ListKind.ATOMIC, List.of(), null);

    /** How items of the field's list are told apart; null where the field holds no list. */
    static @Nullable ListIdentity of(Field field) {
        if (!(field.type() instanceof ListType list)) {
            return null;
        }
        StructType element = list.element() instanceof StructType struct ? struct : null;
        ListKind kind = field.listKind();
        if (kind == ListKind.MAP && element != null) {
            return new ListIdentity(ListKind.MAP, field.listKeys(), element);
        }
        if (kind == ListKind.SET) {
            return new ListIdentity(ListKind.SET, List.of(), element);
        }
        if (kind == null && field.patchMerge()) {
            return field.mergeKey().isEmpty() || element == null
                    ? new ListIdentity(ListKind.SET, List.of(), element)
                    : new ListIdentity(ListKind.MAP, List.of(field.mergeKey()), element);
        }
        return ATOMIC;
    }

    boolean atomic() {
        return kind == ListKind.ATOMIC;
    }

    /** Whether a field's value, if it is an object, is owned as a whole. */
    static boolean isAtomicObject(Field field) {
        return field.mapAtomic() || isAtomicObject(field.type());
    }

    static boolean isAtomicObject(Type type) {
        return switch (type) {
            case StructType struct -> struct.mapAtomic();
            case Scalar _ -> true;
            case MapType _, ListType _ -> false;
        };
    }

    /** The trie key of an item: {@code k:{"name":"a"}} or {@code v:"a"}. */
    String itemKey(JsonNode item) {
        if (kind == ListKind.SET) {
            return "v:" + json(item);
        }
        StringBuilder text = new StringBuilder("k:{");
        for (String key : keys.size() > 1 ? keys.stream().sorted().toList() : keys) {
            JsonNode value = item.get(key);
            String json = value == null || value.isNull() ? defaultOf(key) : json(value);
            text.append(text.length() > 3 ? "," : "")
                    .append('"')
                    .append(key)
                    .append("\":")
                    .append(json);
        }
        return text.append('}').toString();
    }

    /** As {@link JsonNode#toString} has it, without its cost for a plain text. */
    private static String json(JsonNode value) {
        return value.isTextual() && isPlain(value.textValue()) ? '"' + value.textValue() + '"' : value.toString();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private String defaultOf(String key) {
        String value = defaultKey(key);
        return value == null ? "null" : value;
    }

    /** What stands for a key that an item lacks, as JSON; null for nothing. */
    @Nullable
    String defaultKey(String key) {
        Field field = element == null ? null : element.field(key);
        return field == null ? null : field.openApiDefault();
    }
}
