package io.flotilla.apiserver.codec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * Kubernetes' protobuf ({@code application/vnd.kubernetes.protobuf}): four bytes {@code k8s\0}, then a
 * {@code runtime.Unknown} that tells the kind and holds the object. Safe from any thread.
 */
public final class ProtobufCodec {
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    private static final byte[] MAGIC = {'k', '8', 's', 0};

    private final Schema schema;
    private final StructType schemaProps;

    public ProtobufCodec(Schema schema) {
        this.schema = schema;
        schemaProps = schema.named("apiextensions/v1.JSONSchemaProps").orElseThrow();
    }

    /** Whether these bytes begin as the format does. */
    public static boolean isProtobuf(byte[] bytes) {
        return bytes.length >= 4 && bytes[0] == 'k' && bytes[1] == '8' && bytes[2] == 's' && bytes[3] == 0;
    }

    /**
     * Writes an object whose kind the table knows.
     *
     * @throws MalformedException it does not: such kinds have no protobuf form
     */
    public byte[] encode(ObjectNode object) {
        String apiVersion = object.path("apiVersion").asText("");
        String kind = object.path("kind").asText("");
        StructType type = schema.kind(apiVersion, kind)
                .orElseThrow(() -> new MalformedException("object " + kind + " of " + apiVersion
                        + " does not implement the protobuf marshalling interface"));
        return encode(type, object);
    }

    /** Writes an object of this type. */
    public byte[] encode(StructType type, ObjectNode object) {
        ReverseWriter out = new ReverseWriter(1024);
        out.textField(4, "");
        out.textField(3, "");
        int mark = out.length();
        new ProtobufEncoder(out, schemaProps).message(type, object);
        out.close(2, mark);
        head(out, object.path("apiVersion").asText(""), object.path("kind").asText(""));
        return out.toByteArray();
    }

    /** Writes an object without the envelope, as an item of a list. */
    public byte[] listItem(StructType type, ObjectNode object) {
        ReverseWriter out = new ReverseWriter(1024);
        new ProtobufEncoder(out, schemaProps).message(type, object);
        out.close(2, 0);
        return out.toByteArray();
    }

    /**
     * Writes what stands before the items of a list; {@link #listTail} stands behind them.
     *
     * @param kind such as {@code PodList}
     * @param metadata the list's
     * @param items bytes of all items as {@link #listItem} wrote them
     */
    public byte[] listHead(String apiVersion, String kind, ObjectNode metadata, long items) {
        ReverseWriter out = new ReverseWriter(256);
        new ProtobufEncoder(out, schemaProps)
                .message(schema.named("meta/v1.ListMeta").orElseThrow(), metadata);
        out.close(1, 0);
        out.varint(out.length() + items);
        out.tag(2, ReverseWriter.BYTES);
        head(out, apiVersion, kind);
        return out.toByteArray();
    }

    /** What stands behind the items of a list. */
    public static byte[] listTail() {
        ReverseWriter out = new ReverseWriter(4);
        out.textField(4, "");
        out.textField(3, "");
        return out.toByteArray();
    }

    /**
     * Writes one frame of a watch: the length in four bytes, then a bare WatchEvent.
     *
     * @param object with its envelope
     */
    public byte[] watchFrame(String type, byte[] object) {
        ReverseWriter out = new ReverseWriter(object.length + 64);
        int mark = out.length();
        out.bytesField(1, object);
        out.close(2, mark);
        out.textField(1, type);
        out.bytes(ByteBuffer.allocate(4).putInt(out.length()).array());
        return out.toByteArray();
    }

    private static void head(ReverseWriter out, String apiVersion, String kind) {
        int mark = out.length();
        out.textField(2, kind);
        out.textField(1, apiVersion);
        out.close(1, mark);
        out.bytes(MAGIC);
    }

    /**
     * Reads an object. The tree holds what was written; {@link Schema#pruneAndValidate} gives it the form of JSON.
     *
     * @throws MalformedException it is no such object, or of a kind that the table does not know
     */
    public ObjectNode decode(byte[] bytes) {
        return decode(bytes, "", Set.of(), "");
    }

    /**
     * As {@link #decode(byte[])}, for objects that may leave it to the reader to know what they are.
     *
     * @param apiVersion used where the envelope tells none
     * @param others versions whose objects are of the same form as that one's
     */
    public ObjectNode decode(byte[] bytes, String apiVersion, Set<String> others, String kind) {
        if (!isProtobuf(bytes)) {
            throw new MalformedException(
                    "provided data does not appear to be a protobuf message, expected prefix [107 56" + " 115 0]");
        }
        try {
            return read(
                    CodedInputStream.newInstance(bytes, MAGIC.length, bytes.length - MAGIC.length),
                    apiVersion,
                    others,
                    kind);
        } catch (IOException e) {
            throw new MalformedException("proto: " + e.getMessage());
        }
    }

    private ObjectNode read(CodedInputStream in, String defaultVersion, Set<String> others, String defaultKind)
            throws IOException {
        String apiVersion = "";
        String kind = "";
        byte[] raw = {};
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> {
                    int outer = in.pushLimit(in.readRawVarint32());
                    for (int inner = in.readTag(); inner != 0; inner = in.readTag()) {
                        switch (WireFormat.getTagFieldNumber(inner)) {
                            case 1 -> apiVersion = in.readStringRequireUtf8();
                            case 2 -> kind = in.readStringRequireUtf8();
                            default -> in.skipField(inner);
                        }
                    }
                    in.popLimit(outer);
                }
                case 2 -> raw = in.readByteArray();
                case 3 -> {
                    if (!in.readStringRequireUtf8().isEmpty()) {
                        throw new MalformedException("a content encoding within protobuf is not supported");
                    }
                }
                default -> in.skipField(tag);
            }
        }
        String version = apiVersion.isEmpty() || others.contains(apiVersion) ? defaultVersion : apiVersion;
        String name = kind.isEmpty() ? defaultKind : kind;
        StructType type = schema.kind(version, name)
                .orElseThrow(() -> new MalformedException(
                        "no kind \"" + name + "\" is registered for version \"" + version + "\""));
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        if (!kind.isEmpty()) {
            object.put("kind", kind);
        }
        if (!apiVersion.isEmpty()) {
            object.put("apiVersion", apiVersion);
        }
        new ProtobufDecoder(CodedInputStream.newInstance(raw), schemaProps).message(type, object);
        return object;
    }
}
