package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.WatchEventType;
import io.flotilla.apiserver.cache.WatchForm;
import io.flotilla.apiserver.registry.ServedVersion;
import java.nio.charset.StandardCharsets;

/** Watch events as lines of JSON, in one version of a resource. */
final class JsonWatchForm implements WatchForm<byte[]> {
    private static final byte[] TAIL = {'}', '\n'};

    private final ServedVersion version;

    JsonWatchForm(ServedVersion version) {
        this.version = version;
    }

    @Override
    public byte[] frame(WatchEventType type, CachedObject object) {
        return frame(type.name(), version.encode(object).json());
    }

    @Override
    public byte[] bookmark(long revision, boolean initialEventsEnd) {
        return frame("BOOKMARK", version.bookmark(revision, initialEventsEnd).getBytes(StandardCharsets.UTF_8));
    }

    static byte[] frame(String type, byte[] object) {
        byte[] head = ("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII);
        byte[] line = new byte[head.length + object.length + TAIL.length];
        System.arraycopy(head, 0, line, 0, head.length);
        System.arraycopy(object, 0, line, head.length, object.length);
        System.arraycopy(TAIL, 0, line, head.length + object.length, TAIL.length);
        return line;
    }

    @Override
    public byte[] cast(Object frame) {
        return (byte[]) frame;
    }
}
