package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.cache.WatchEventType;
import io.flotilla.apiserver.cache.WatchForm;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.request.Encoding;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.table.TableForm;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/** Watch events of one version of a resource, in one form and encoding. */
final class RestWatchForm implements WatchForm<RestFrame> {
    private static final byte[] TAIL = {'}', '\n'};

    private final Key key;
    private final Representations representations;

    /** What tells one form from another. */
    record Key(ServedVersion version, Negotiation.Accepted accepted, TableForm.Include rows) {}

    RestWatchForm(Key key, Representations representations) {
        this.key = key;
        this.representations = representations;
    }

    @Override
    public RestFrame frame(WatchEventType type, CachedObject object) {
        ServedVersion version = key.version();
        return switch (key.accepted().form()) {
            case OBJECT -> framed(type.name(), version.encode(object).json());
            case METADATA ->
                framed(type.name(), version.metadataOnly(object, key.accepted().version()));
            case TABLE ->
                row(
                        type.name(),
                        object.revision(),
                        StoredForm.parse(version.encode(object).json()));
        };
    }

    private RestFrame row(String type, long revision, ObjectNode object) {
        return new RestFrame(
                encoded(type, table(revision, object, false)),
                Optional.of(() -> encoded(type, table(revision, object, true))));
    }

    private byte[] table(long revision, ObjectNode object, boolean withColumns) {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode().put("resourceVersion", Long.toString(revision));
        return representations.table(
                key.version().resource(), object, metadata, key.accepted(), key.rows(), withColumns);
    }

    @Override
    public RestFrame bookmark(long revision, boolean initialEventsEnd) {
        String type = WatchEventType.BOOKMARK.name();
        return switch (key.accepted().form()) {
            case OBJECT ->
                framed(type, JsonCodec.encode(representations.bookmark(key.version(), revision, initialEventsEnd)));
            case METADATA ->
                framed(
                        type,
                        JsonCodec.encode(ServedVersion.bookmark(
                                "PartialObjectMetadata",
                                "meta.k8s.io/" + key.accepted().version(),
                                revision,
                                initialEventsEnd)));
            case TABLE -> row(type, revision, representations.bookmark(key.version(), revision, initialEventsEnd));
        };
    }

    /** The event by which a watch tells that it has failed. */
    byte[] error(ObjectNode status) {
        return encoded("ERROR", JsonCodec.encode(status));
    }

    private RestFrame framed(String type, byte[] json) {
        return RestFrame.of(encoded(type, json));
    }

    private byte[] encoded(String type, byte[] json) {
        return switch (key.accepted().encoding()) {
            case JSON -> line(type, json);
            case YAML -> throw new IllegalArgumentException("YAML has no frames");
            case PROTOBUF ->
                representations
                        .protobuf()
                        .watchFrame(type, representations.encode(StoredForm.parse(json), Encoding.PROTOBUF, false));
        };
    }

    private static byte[] line(String type, byte[] object) {
        byte[] head = ("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII);
        byte[] line = new byte[head.length + object.length + TAIL.length];
        System.arraycopy(head, 0, line, 0, head.length);
        System.arraycopy(object, 0, line, head.length, object.length);
        System.arraycopy(TAIL, 0, line, head.length + object.length, TAIL.length);
        return line;
    }

    @Override
    public boolean asks() {
        return key.accepted().form() != Negotiation.Form.METADATA
                && key.version().asks();
    }

    @Override
    public Optional<RestFrame> failure(RuntimeException why) {
        StatusException told = why instanceof StatusException status
                ? status
                : StatusException.internal(Objects.toString(why.getMessage(), "the object cannot be shown"));
        return Optional.of(RestFrame.of(error(told.toStatus())));
    }

    @Override
    public RestFrame cast(Object frame) {
        return (RestFrame) frame;
    }
}
