package io.flotilla.apiserver.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.WatchEventType;
import io.flotilla.apiserver.cache.WatchForm;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.proto.cluster.Form;
import io.flotilla.proto.cluster.WatchEvent;

/** Watch events as messages, in one version of a resource, whole or metadata alone. */
final class GrpcWatchForm implements WatchForm<WatchEvent> {
    private final ServedVersion version;
    private final Form form;

    GrpcWatchForm(ServedVersion version, Form form) {
        this.version = version;
        this.form = form;
    }

    /** An object in the form that a component asked for. */
    static ByteString bytes(ServedVersion version, CachedObject object, Form form) {
        return UnsafeByteOperations.unsafeWrap(
                form == Form.METADATA
                        ? version.metadataOnly(object, "v1")
                        : version.encode(object).json());
    }

    @Override
    public WatchEvent frame(WatchEventType type, CachedObject object) {
        return WatchEvent.newBuilder()
                .setType(type(type))
                .setObject(bytes(version, object, form))
                .build();
    }

    @Override
    public WatchEvent bookmark(long revision, boolean initialEventsEnd) {
        byte[] json = JsonCodec.encode(version.bookmark(revision, initialEventsEnd));
        return WatchEvent.newBuilder()
                .setType(WatchEvent.Type.BOOKMARK)
                .setObject(UnsafeByteOperations.unsafeWrap(json))
                .build();
    }

    private static WatchEvent.Type type(WatchEventType type) {
        return switch (type) {
            case ADDED -> WatchEvent.Type.ADDED;
            case MODIFIED -> WatchEvent.Type.MODIFIED;
            case DELETED -> WatchEvent.Type.DELETED;
            case BOOKMARK -> WatchEvent.Type.BOOKMARK;
        };
    }

    @Override
    public boolean asks() {
        return form != Form.METADATA && version.asks();
    }

    @Override
    public WatchEvent cast(Object frame) {
        return (WatchEvent) frame;
    }
}
