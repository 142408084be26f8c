package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code metadata.managedFields}: who owns which fields, and since when. */
final class Managers {
    static final String APPLY = "Apply";
    static final String UPDATE = "Update";

    /** Beyond this many, the oldest that update are put together. */
    private static final int MOST_UPDATERS = 10;

    private static final String ANCIENT = "ancient-changes";

    /**
     * Who manages. An applier stays the same whichever version it applies; an updater does not.
     *
     * @param apiVersion empty for appliers
     */
    record Key(String manager, String operation, String apiVersion, String subresource) {
        static Key applier(String manager, String subresource) {
            return new Key(manager, APPLY, "", subresource);
        }

        static Key updater(String manager, String apiVersion, String subresource) {
            return new Key(manager, UPDATE, apiVersion, subresource);
        }
    }

    /** What a manager owns. */
    record Entry(FieldSet fields, String apiVersion, String time) {}

    private final Map<Key, Entry> entries = new LinkedHashMap<>();

    Map<Key, Entry> entries() {
        return entries;
    }

    @Nullable
    Entry get(Key key) {
        return entries.get(key);
    }

    void put(Key key, FieldSet fields, String apiVersion, String time) {
        entries.put(key, new Entry(fields, apiVersion, time));
    }

    /** Reads an object's; what cannot be read is no one's. */
    static Managers of(@Nullable JsonNode object) {
        Managers managers = new Managers();
        if (object == null) {
            return managers;
        }
        for (JsonNode entry : object.path("metadata").path("managedFields")) {
            String operation = entry.path("operation").asText("");
            if (!(operation.equals(APPLY) || operation.equals(UPDATE))
                    || !entry.path("fieldsV1").isObject()) {
                continue;
            }
            String apiVersion = entry.path("apiVersion").asText("");
            Key key = new Key(
                    entry.path("manager").asText(""),
                    operation,
                    operation.equals(APPLY) ? "" : apiVersion,
                    entry.path("subresource").asText(""));
            managers.put(
                    key,
                    FieldSet.of(entry.path("fieldsV1")),
                    apiVersion,
                    entry.path("time").asText(""));
        }
        return managers;
    }

    /** Writes them into an object's metadata. */
    void writeTo(ObjectNode metadata) {
        entries.values().removeIf(entry -> entry.fields().isEmpty());
        if (entries.isEmpty()) {
            metadata.remove("managedFields");
            return;
        }
        capUpdaters();
        List<Map.Entry<Key, Entry>> sorted = new ArrayList<>(entries.entrySet());
        sorted.sort(Comparator.comparing(
                        (Map.Entry<Key, Entry> each) -> each.getKey().operation())
                .thenComparing(each -> each.getValue().time())
                .thenComparing(each -> each.getKey().manager())
                .thenComparing(each -> each.getValue().apiVersion())
                .thenComparing(each -> each.getKey().subresource()));
        ArrayNode array = metadata.putArray("managedFields");
        for (Map.Entry<Key, Entry> each : sorted) {
            Key key = each.getKey();
            ObjectNode entry = array.addObject();
            if (!key.manager().isEmpty()) {
                entry.put("manager", key.manager());
            }
            entry.put("operation", key.operation())
                    .put("apiVersion", each.getValue().apiVersion());
            if (!each.getValue().time().isEmpty()) {
                entry.put("time", each.getValue().time());
            }
            entry.put("fieldsType", "FieldsV1")
                    .set("fieldsV1", each.getValue().fields().toJson());
            if (!key.subresource().isEmpty()) {
                entry.put("subresource", key.subresource());
            }
        }
    }

    private void capUpdaters() {
        List<Key> updaters = new ArrayList<>(entries.keySet().stream()
                .filter(key -> key.operation().equals(UPDATE))
                .toList());
        if (updaters.size() <= MOST_UPDATERS) {
            return;
        }
        updaters.sort(Comparator.comparing((Key key) -> time(key)).thenComparing(Key::manager));
        for (Key key : updaters.subList(0, updaters.size() - MOST_UPDATERS + 1)) {
            Entry entry = entries.remove(key);
            if (entry != null) {
                Key bucket = Key.updater(ANCIENT, entry.apiVersion(), "");
                Entry before = entries.get(bucket);
                FieldSet fields =
                        before == null ? entry.fields() : before.fields().union(entry.fields());
                put(bucket, fields, entry.apiVersion(), entry.time());
            }
        }
    }

    private String time(Key key) {
        Entry entry = entries.get(key);
        return entry == null ? "" : entry.time();
    }
}
