package io.flotilla.apiserver.cache;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One object at one revision: its JSON as clients get it, and beside it only what selects. Immutable; the bytes are
 * shared with whoever asks and must not be changed.
 */
public final class CachedObject {
    private final String key;
    private final byte[] json;
    private final int bodyOffset;
    private final int revisionOffset;
    private final long revision;
    private final String[] labels;
    private final String[] fields;
    private final String[] ownerUids;
    private volatile @Nullable ObjectNode tree;

    /**
     * @param key {@code namespace/name}, or {@code name} in cluster scope
     * @param json the whole object
     * @param bodyOffset where {@code "metadata"} stands: what is left of it are kind and apiVersion
     * @param revisionOffset where the digits of the resource version stand
     * @param labels names and values, alternating
     * @param fields values of the resource's selectable fields, in their order
     */
    CachedObject(
            String key,
            byte[] json,
            int bodyOffset,
            int revisionOffset,
            long revision,
            String[] labels,
            String[] fields,
            String[] ownerUids) {
        this.key = key;
        this.json = json;
        this.bodyOffset = bodyOffset;
        this.revisionOffset = revisionOffset;
        this.revision = revision;
        this.labels = labels;
        this.fields = fields;
        this.ownerUids = ownerUids;
    }

    public String key() {
        return key;
    }

    public String name() {
        return key.substring(key.indexOf('/') + 1);
    }

    /** Empty for an object of cluster scope. */
    public String namespace() {
        int slash = key.indexOf('/');
        return slash < 0 ? "" : key.substring(0, slash);
    }

    /** The whole object, resource version included. */
    public byte[] json() {
        return json;
    }

    /**
     * The whole object as a tree that all who ask share: it must not be changed, nor become part of one that may be. Kept
     * once it has been asked for, so meant for objects that many requests look at.
     */
    public ObjectNode tree() {
        ObjectNode known = tree;
        if (known == null) {
            known = StoredForm.parse(json);
            tree = known;
        }
        return known;
    }

    /** Whether the object says that it is of this kind and version. */
    public boolean isOf(String kind, String apiVersion) {
        byte[] head =
                ("{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + apiVersion + "\",").getBytes(StandardCharsets.UTF_8);
        return bodyOffset == head.length && Arrays.equals(json, 0, bodyOffset, head, 0, bodyOffset);
    }

    /** Offset in {@link #json} behind kind and apiVersion: an item of a list is an opening brace and the rest from here. */
    public int bodyOffset() {
        return bodyOffset;
    }

    public long revision() {
        return revision;
    }

    public List<String> ownerUids() {
        return List.of(ownerUids);
    }

    public Map<String, String> labels() {
        Map<String, String> map = LinkedHashMap.newLinkedHashMap(labels.length / 2);
        for (int i = 0; i < labels.length; i += 2) {
            map.put(labels[i], labels[i + 1]);
        }
        return map;
    }

    Optional<String> label(String name) {
        for (int i = 0; i < labels.length; i += 2) {
            if (labels[i].equals(name)) {
                return Optional.of(labels[i + 1]);
            }
        }
        return Optional.empty();
    }

    /** Value of a selectable field, by its place among those of the resource. */
    public String field(int index) {
        return fields[index];
    }

    /** The same content at another revision: how the last state of a deleted object is told. */
    public CachedObject at(long otherRevision) {
        byte[] digits = StoredForm.digits(otherRevision);
        int oldLength = StoredForm.digits(revision).length;
        byte[] copy = new byte[json.length - oldLength + digits.length];
        System.arraycopy(json, 0, copy, 0, revisionOffset);
        System.arraycopy(digits, 0, copy, revisionOffset, digits.length);
        System.arraycopy(
                json,
                revisionOffset + oldLength,
                copy,
                revisionOffset + digits.length,
                json.length - revisionOffset - oldLength);
        return new CachedObject(key, copy, bodyOffset, revisionOffset, otherRevision, labels, fields, ownerUids);
    }
}
