package io.flotilla.apiserver.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Server-side apply, and the managed fields of every other write (KEP-555). An object's state, not its history, decides:
 * what a write changes becomes its manager's; what an applier no longer applies goes, unless someone else owns it.
 * Stateless.
 */
public final class FieldManager {
    /** Owned by the server, whoever sends them. */
    private static final FieldSet STRIPPED = FieldSet.ofPaths(
            List.of("f:apiVersion"),
            List.of("f:kind"),
            List.of("f:metadata"),
            List.of("f:metadata", "f:name"),
            List.of("f:metadata", "f:namespace"),
            List.of("f:metadata", "f:creationTimestamp"),
            List.of("f:metadata", "f:selfLink"),
            List.of("f:metadata", "f:uid"),
            List.of("f:metadata", "f:clusterName"),
            List.of("f:metadata", "f:generation"),
            List.of("f:metadata", "f:managedFields"),
            List.of("f:metadata", "f:resourceVersion"));

    private static final FieldSet STATUS = FieldSet.ofPaths(List.of("f:status"));
    private static final FieldSet SPEC = FieldSet.ofPaths(List.of("f:spec"));

    private final Schema schema;

    public FieldManager(Schema schema) {
        this.schema = schema;
    }

    /**
     * Who writes, and through what.
     *
     * @param manager never empty
     * @param subresource empty for the resource itself
     * @param hasStatus whether writes of the resource itself leave status alone
     */
    public record Write(String manager, String subresource, boolean hasStatus, Instant now) {
        FieldSet ignored() {
            if (subresource.equals("status")) {
                return SPEC;
            }
            return subresource.isEmpty() && hasStatus ? STATUS : new FieldSet();
        }
    }

    /** What a create or an update sets, as its sender means it. */
    public final class Note {
        private final StructType type;
        private final Write write;
        private final @Nullable ObjectNode live;
        private final FieldSet changed;
        private final FieldSet removed;

        private Note(StructType type, Write write, @Nullable ObjectNode live, ObjectNode object) {
            this.type = type;
            this.write = write;
            this.live = live;
            Comparison comparison = Comparison.of(type, live == null ? empty(type, object) : live, object);
            changed = comparison.changed().without(write.ignored());
            removed = comparison.removed().without(write.ignored());
        }

        /**
         * Notes it in an object.
         *
         * @param object the object as it will be stored; its managed fields are rewritten
         */
        public void write(ObjectNode object) {
            if (live == null) {
                note(write, null, changed, removed, object);
                return;
            }
            Comparison kept = Comparison.of(type, live, object);
            note(write, live, changed.intersection(kept.changed()), removed.intersection(kept.removed()), object);
        }
    }

    /**
     * Looks at what a create or an update sets.
     *
     * @param live the object before, null for a creation
     * @param object the object as it is sent, complete
     */
    public Note look(StructType type, Write write, @Nullable ObjectNode live, ObjectNode object) {
        return new Note(type, write, live, object);
    }

    private static void note(
            Write write, @Nullable ObjectNode live, FieldSet changed, FieldSet removed, ObjectNode object) {
        if (!(object.get("metadata") instanceof ObjectNode metadata)) {
            return;
        }
        JsonNode given = metadata.path("managedFields");
        boolean reset = given.size() == 1 && given.get(0).isEmpty();
        Managers managers = reset ? new Managers() : Managers.of(object);
        if (!reset && managers.entries().isEmpty()) {
            managers = Managers.of(live);
        }
        metadata.remove("managedFields");
        takeFromAll(managers, changed.union(removed), null);
        FieldSet own = changed.difference(STRIPPED);
        if (!own.isEmpty()) {
            String apiVersion = object.path("apiVersion").asText();
            Managers.Key key = Managers.Key.updater(write.manager(), apiVersion, write.subresource());
            Managers.Entry previous = managers.get(key);
            managers.put(
                    key, previous == null ? own : previous.fields().union(own), apiVersion, Times.format(write.now()));
        }
        managers.writeTo(metadata);
    }

    /** What an object of the type looks like before anyone has set anything. */
    private ObjectNode empty(StructType type, ObjectNode object) {
        ObjectNode empty = object.objectNode();
        schema.pruneAndValidate(type, empty);
        return empty;
    }

    private static void takeFromAll(Managers managers, FieldSet fields, Managers.@Nullable Key but) {
        managers.entries()
                .replaceAll((key, entry) -> key.equals(but)
                        ? entry
                        : new Managers.Entry(entry.fields().difference(fields), entry.apiVersion(), entry.time()));
        managers.entries().values().removeIf(entry -> entry.fields().isEmpty());
    }

    /**
     * Applies a configuration.
     *
     * @param live the object as it is; for a creation an object of its apiVersion, kind and metadata alone
     * @param config pruned; its managed fields must be unset
     * @param force whether fields that others own are taken from them
     * @return the new object with its managed fields, before defaulting
     * @throws StatusException 409 with every conflict
     */
    public ObjectNode apply(StructType type, Write write, ObjectNode live, ObjectNode config, boolean force) {
        Shape shape = Shape.Struct.of(type);
        String apiVersion = config.path("apiVersion").asText();
        Managers managers = Managers.of(live);
        ObjectNode before = withoutManagedFields(live);
        ObjectNode applied = withoutManagedFields(config);
        Managers.Key key = Managers.Key.applier(write.manager(), write.subresource());
        noteFirst(shape, managers, before, apiVersion, write.subresource());

        Managers.Entry last = managers.get(key);
        FieldSet set = Owned.paths(shape, applied).without(write.ignored()).difference(STRIPPED);
        managers.put(key, set, apiVersion, last == null ? "" : last.time());
        JsonNode merged = Owned.merge(shape, before, applied);
        JsonNode pruned =
                last == null || last.fields().isEmpty() ? merged : prune(shape, merged, managers, last.fields());
        if (!(pruned instanceof ObjectNode object)) {
            throw new IllegalStateException("Nothing is left of the object");
        }
        Comparison comparison = Comparison.of(type, before, object);
        FieldSet changed = comparison.changed().without(write.ignored());
        conflicts(managers, key, changed, force);
        takeFromAll(managers, changed.union(comparison.removed()), key);
        boolean same = last != null
                && last.fields().isSameAs(set)
                && changed.isEmpty()
                && comparison.removed().isEmpty();
        String time = same && !last.time().isEmpty() ? last.time() : Times.format(write.now());
        managers.put(key, set, apiVersion, time);
        ObjectNode metadata = object.get("metadata") instanceof ObjectNode node ? node : object.putObject("metadata");
        managers.writeTo(metadata);
        return object;
    }

    /** An object that nobody managed so far is put into the name of those who made it before anyone applied. */
    private static void noteFirst(
            Shape shape, Managers managers, ObjectNode live, String apiVersion, String subresource) {
        if (managers.entries().isEmpty() && live.path("metadata").has("uid")) {
            FieldSet all = Owned.paths(shape, live).difference(STRIPPED);
            managers.put(Managers.Key.updater("before-first-apply", apiVersion, subresource), all, apiVersion, "");
        }
    }

    private static ObjectNode withoutManagedFields(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        if (copy.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
        return copy;
    }

    /** Removes what the applier applied last time, does not apply now, and no one else owns. */
    private static JsonNode prune(Shape shape, JsonNode merged, Managers managers, FieldSet last) {
        FieldSet lastNamed = Owned.withNamedParents(shape, last);
        JsonNode pruned = orEmpty(merged, Owned.remove(shape, merged, lastNamed));
        FieldSet all = Owned.withNamedParents(shape, Owned.paths(shape, merged));
        FieldSet owned = new FieldSet();
        for (Managers.Entry entry : managers.entries().values()) {
            owned = owned.union(entry.fields());
        }
        FieldSet kept = Owned.withNamedParents(shape, Owned.paths(shape, pruned))
                .union(Owned.withNamedParents(shape, owned))
                .union(Owned.withNamedParents(shape, STRIPPED));
        pruned = orEmpty(merged, Owned.remove(shape, merged, all.difference(kept)));
        // What no one owns and the applier never set stays.
        FieldSet left = Owned.withNamedParents(shape, Owned.paths(shape, pruned));
        return orEmpty(merged, Owned.remove(shape, merged, all.difference(left).intersection(lastNamed)));
    }

    private static JsonNode orEmpty(JsonNode merged, @Nullable JsonNode value) {
        return value == null ? ((ObjectNode) merged).objectNode() : value;
    }

    private static void conflicts(Managers managers, Managers.Key applier, FieldSet changed, boolean force) {
        if (force) {
            return;
        }
        Map<String, List<String>> conflicts = new LinkedHashMap<>();
        int count = 0;
        List<StatusException.Cause> causes = new ArrayList<>();
        for (Map.Entry<Managers.Key, Managers.Entry> each : managers.entries().entrySet()) {
            if (each.getKey().equals(applier)) {
                continue;
            }
            String who = describe(each.getKey(), each.getValue());
            for (String path : each.getValue().fields().intersection(changed).paths()) {
                conflicts.computeIfAbsent(who, _ -> new ArrayList<>()).add(path);
                causes.add(new StatusException.Cause("FieldManagerConflict", "conflict with " + who, path));
                count++;
            }
        }
        if (count == 0) {
            return;
        }
        StringBuilder message = new StringBuilder("Apply failed with ");
        if (count == 1) {
            Map.Entry<String, List<String>> only =
                    conflicts.entrySet().iterator().next();
            message.append("1 conflict: conflict with ")
                    .append(only.getKey())
                    .append(": ")
                    .append(only.getValue().getFirst());
        } else {
            message.append(count).append(" conflicts: ");
            List<String> lines = new ArrayList<>();
            conflicts.keySet().stream().sorted().forEach(who -> {
                lines.add("conflicts with " + who + ":");
                conflicts.getOrDefault(who, List.of()).forEach(path -> lines.add("- " + path));
            });
            message.append(String.join("\n", lines));
        }
        throw new StatusException(
                409, "Conflict", message.toString(), new StatusException.Details("", "", "", causes, 0));
    }

    private static String describe(Managers.Key key, Managers.Entry entry) {
        String who = "\"" + key.manager() + "\"";
        if (!key.subresource().isEmpty()) {
            who += " with subresource \"" + key.subresource() + "\"";
        }
        return key.operation().equals(Managers.UPDATE) ? who + " using " + entry.apiVersion() : who;
    }
}
