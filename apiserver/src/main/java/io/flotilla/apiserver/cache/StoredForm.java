package io.flotilla.apiserver.cache;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.storage.Versioned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The form in which objects are stored, and how it becomes what clients get. Stored is Kubernetes JSON with kind,
 * apiVersion and metadata first and without a resource version; that is spliced in as the first member of metadata.
 * Values that others wrote into etcd in another order are brought into this form when they are read.
 */
public final class StoredForm {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();
    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
            .disable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build();
    private static final TreeReader TREES = new TreeReader(MAPPER);
    private static final byte[] METADATA = "\"metadata\":{".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESOURCE_VERSION = "\"resourceVersion\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] METADATA_NAME = "metadata".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LABELS = "labels".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OWNER_REFERENCES = "ownerReferences".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UID = "uid".getBytes(StandardCharsets.US_ASCII);
    private static final String[] NONE = {};

    private StoredForm() {}

    /** Serialises an object for storage. The resource version is left out; the tree is not changed. */
    public static byte[] encode(ObjectNode object) {
        return encodeAt(object, "");
    }

    /** Serialises an object as clients get it, at the resource version given; none if that is empty. */
    public static byte[] encodeAt(ObjectNode object, String resourceVersion) {
        try (ByteArrayBuilder out = new ByteArrayBuilder(4096);
                JsonGenerator json = MAPPER.createGenerator(out)) {
            json.writeStartObject();
            member(json, object, "kind");
            member(json, object, "apiVersion");
            json.writeFieldName("metadata");
            json.writeStartObject();
            if (!resourceVersion.isEmpty()) {
                json.writeStringField("resourceVersion", resourceVersion);
            }
            for (Map.Entry<String, JsonNode> each : object.path("metadata").properties()) {
                if (!each.getKey().equals("resourceVersion")) {
                    json.writeFieldName(each.getKey());
                    json.writeTree(each.getValue());
                }
            }
            json.writeEndObject();
            for (Map.Entry<String, JsonNode> each : object.properties()) {
                switch (each.getKey()) {
                    case "kind", "apiVersion", "metadata" -> {}
                    default -> {
                        json.writeFieldName(each.getKey());
                        json.writeTree(each.getValue());
                    }
                }
            }
            json.writeEndObject();
            json.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void member(JsonGenerator json, ObjectNode object, String name) throws IOException {
        json.writeStringField(name, object.path(name).asText());
    }

    /** Whether a value, as encoded for storage, is what the object already is. */
    public static boolean isContentOf(byte[] value, CachedObject object) {
        byte[] json = object.json();
        int splice = object.bodyOffset() + METADATA.length;
        int rest = splice + RESOURCE_VERSION.length + digits(object.revision()).length + 2;
        return isAsLongAs(value, object)
                && Arrays.equals(value, 0, splice, json, 0, splice)
                && Arrays.equals(value, splice, value.length, json, rest, json.length);
    }

    /** Whether a value to be stored takes as many bytes as what is stored: otherwise they are not equal. */
    public static boolean isAsLongAs(byte[] value, CachedObject object) {
        return value.length == object.json().length - RESOURCE_VERSION.length - digits(object.revision()).length - 2;
    }

    /** A value as a client gets it that was never stored: it has no resource version. */
    public static CachedObject withoutRevision(String key, byte[] value) {
        return new CachedObject(key, value, metadataOffset(value), 0, 0, NONE, NONE, NONE);
    }

    /** Offset behind the metadata of an object. */
    public static int metadataEnd(CachedObject object) {
        byte[] json = object.json();
        int depth = 0;
        boolean quoted = false;
        for (int i = object.bodyOffset() + METADATA.length - 1; i < json.length; i++) {
            byte c = json[i];
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i + 1;
            }
        }
        throw new IllegalArgumentException("the object's metadata has no end");
    }

    /** Parses an object; the tree belongs to the caller. */
    public static ObjectNode parse(CachedObject object) {
        return parse(object.json());
    }

    /** Parses JSON that this server wrote. */
    public static ObjectNode parse(byte[] json) {
        try {
            return TREES.read(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes a stored value what the cache holds.
     *
     * @param key key within the resource
     * @throws UncheckedIOException if the value is no Kubernetes object
     */
    public static CachedObject decode(String key, Versioned stored, SelectableFields selectable) {
        byte[] value = stored.value();
        int metadata = metadataOffset(value);
        if (metadata < 0) {
            value = reorder(value);
            metadata = metadataOffset(value);
        }
        byte[] digits = digits(stored.revision());
        int splice = metadata + METADATA.length;
        boolean alone = value[splice] == '}';
        int added = RESOURCE_VERSION.length + digits.length + (alone ? 1 : 2);
        byte[] json = new byte[value.length + added];
        System.arraycopy(value, 0, json, 0, splice);
        System.arraycopy(RESOURCE_VERSION, 0, json, splice, RESOURCE_VERSION.length);
        int revisionOffset = splice + RESOURCE_VERSION.length;
        System.arraycopy(digits, 0, json, revisionOffset, digits.length);
        json[revisionOffset + digits.length] = '"';
        if (!alone) {
            json[revisionOffset + digits.length + 1] = ',';
        }
        System.arraycopy(value, splice, json, splice + added, value.length - splice);
        return scan(key, json, metadata, revisionOffset, stored.revision(), selectable);
    }

    /** Returns where the metadata member stands if only kind and apiVersion are before it, else -1. */
    private static int metadataOffset(byte[] value) {
        int at = member(value, 1, "\"kind\":\"");
        if (at < 0 || value[0] != '{') {
            return -1;
        }
        at = member(value, at, "\"apiVersion\":\"");
        if (at < 0 || !matches(value, at, METADATA)) {
            return -1;
        }
        return matches(value, at + METADATA.length, RESOURCE_VERSION) ? -1 : at;
    }

    /** Skips a member with a plain string value; returns the offset behind its comma, or -1. */
    private static int member(byte[] value, int at, String start) {
        if (at < 0 || !matches(value, at, start.getBytes(StandardCharsets.US_ASCII))) {
            return -1;
        }
        for (int i = at + start.length(); i + 1 < value.length; i++) {
            if (value[i] == '\\') {
                return -1;
            }
            if (value[i] == '"') {
                return value[i + 1] == ',' ? i + 2 : -1;
            }
        }
        return -1;
    }

    private static boolean matches(byte[] value, int at, byte[] expected) {
        return at + expected.length <= value.length
                && Arrays.equals(value, at, at + expected.length, expected, 0, expected.length);
    }

    private static byte[] reorder(byte[] value) {
        try {
            if (MAPPER.readTree(value) instanceof ObjectNode object) {
                return encode(object);
            }
            throw new UncheckedIOException(new IOException("the stored value is not a JSON object"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] digits(long revision) {
        return Long.toString(revision).getBytes(StandardCharsets.US_ASCII);
    }

    private static CachedObject scan(
            String key, byte[] json, int bodyOffset, int revisionOffset, long revision, SelectableFields selectable) {
        List<String> labels = new ArrayList<>();
        List<String> owners = new ArrayList<>();
        String[] fields = selectable.defaults();
        try {
            scanMembers(new JsonCursor(json), labels, owners, fields, selectable);
        } catch (IndexOutOfBoundsException e) {
            throw new UncheckedIOException(new IOException("the stored value of " + key + " is not well-formed", e));
        }
        selectable.complete(fields);
        return new CachedObject(
                key,
                json,
                bodyOffset,
                revisionOffset,
                revision,
                labels.isEmpty() ? NONE : labels.toArray(NONE),
                fields,
                owners.isEmpty() ? NONE : owners.toArray(NONE));
    }

    private static void scanMembers(
            JsonCursor in, List<String> labels, List<String> owners, String[] fields, SelectableFields selectable) {
        int left = selectable.groups() + 1;
        in.enterObject();
        while (left > 0 && in.nextMember()) {
            if (in.nameIs(METADATA_NAME)) {
                scanMetadata(in, labels, owners);
                left--;
            } else if (selectable.groups() > 0 && selectable.isGroup(in.name())) {
                selectable.collect(in.name(), in, fields);
                left--;
            } else {
                in.skipValue();
            }
        }
    }

    private static void scanMetadata(JsonCursor in, List<String> labels, List<String> owners) {
        if (!in.enterObject()) {
            in.skipValue();
            return;
        }
        while (in.nextMember()) {
            if (in.nameIs(LABELS) && in.enterObject()) {
                while (in.nextMember()) {
                    labels.add(Interned.of(in.name()));
                    labels.add(Interned.of(Objects.requireNonNullElse(in.scalar(), "")));
                }
            } else if (in.nameIs(OWNER_REFERENCES) && in.enterArray()) {
                while (in.nextElement()) {
                    scanOwner(in, owners);
                }
            } else {
                in.skipValue();
            }
        }
    }

    private static void scanOwner(JsonCursor in, List<String> owners) {
        if (!in.enterObject()) {
            in.skipValue();
            return;
        }
        while (in.nextMember()) {
            if (in.nameIs(UID)) {
                owners.add(Objects.requireNonNullElse(in.scalar(), ""));
            } else {
                in.skipValue();
            }
        }
    }
}
