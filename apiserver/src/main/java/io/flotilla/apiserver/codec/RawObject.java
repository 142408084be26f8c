package io.flotilla.apiserver.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.UTF8JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object whose JSON text is kept: copied, compared and written as text, and parsed only when somebody looks inside. What
 * managed fields say is half of a small object's text, and hardly any request asks. Behaves as any other object; as soon as
 * somebody has looked inside, and so may have changed it, it is one.
 */
@SuppressWarnings("unchecked") // the declared type of deepCopy, in every node
public final class RawObject extends ObjectNode {
    private static final long serialVersionUID = 1;

    private final transient Members members;

    /** @param json a well-formed JSON object without space around it; must not be changed any more */
    public RawObject(byte[] json) {
        this(new Members(json));
    }

    private RawObject(Members members) {
        super(JsonNodeFactory.instance, members);
        this.members = members;
    }

    /** The text; empty once somebody has looked inside. Must not be changed. */
    public Optional<byte[]> text() {
        return members.parsed == null ? Optional.of(members.json) : Optional.empty();
    }

    @Override
    public ObjectNode deepCopy() {
        return members.parsed == null ? new RawObject(members.json) : super.deepCopy();
    }

    @Override
    public void serialize(JsonGenerator generator, SerializerProvider provider) throws IOException {
        if (members.parsed == null && generator instanceof UTF8JsonGenerator && generator.getPrettyPrinter() == null) {
            generator.writeRawValue(new Text(members.json));
        } else {
            super.serialize(generator, provider);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (other instanceof RawObject raw && members.parsed == null && raw.members.parsed == null) {
            return Arrays.equals(members.json, raw.members.json) || super.equals(other);
        }
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    /** The members of the object, parsed at the first question for them. */
    private static final class Members extends AbstractMap<String, JsonNode> {
        private final byte[] json;
        private volatile @Nullable Map<String, JsonNode> parsed;

        Members(byte[] json) {
            this.json = json;
        }

        private Map<String, JsonNode> parsed() {
            Map<String, JsonNode> known = parsed;
            if (known == null) {
                known = new LinkedHashMap<>();
                for (Map.Entry<String, JsonNode> member :
                        JsonCodec.decodeTrusted(json).properties()) {
                    known.put(member.getKey(), member.getValue());
                }
                parsed = known;
            }
            return known;
        }

        @Override
        public Set<Entry<String, JsonNode>> entrySet() {
            return parsed().entrySet();
        }

        @Override
        public boolean isEmpty() {
            return parsed == null ? json.length == 2 : parsed.isEmpty();
        }

        @Override
        public boolean containsKey(Object key) {
            return parsed().containsKey(key);
        }

        @Override
        public @Nullable JsonNode get(Object key) {
            return parsed().get(key);
        }

        @Override
        public @Nullable JsonNode put(String key, JsonNode value) {
            return parsed().put(key, value);
        }

        @Override
        public @Nullable JsonNode remove(Object key) {
            return parsed().remove(key);
        }
    }

    /** Bytes that are JSON already. */
    private static final class Text extends SerializedString {
        private static final long serialVersionUID = 1;

        Text(byte[] json) {
            super("");
            _unquotedUTF8Ref = json;
        }
    }
}
