package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.storage.Fencing;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Deletes objects: at once, or by marking them and leaving the rest to whoever holds them (a node's agent for the grace
 * period, finalizers, a kind's own hold).
 */
public final class Deletion {
    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";

    private final ResourceRegistry of;
    private final List<Admission> admission;

    Deletion(ResourceRegistry of, Registry.Shared shared) {
        this.of = of;
        this.admission = shared.admission().stream()
                .filter(plugin ->
                        plugin.handles(of.resource().group(), of.resource().resource()))
                .toList();
    }

    /**
     * What a deletion led to.
     *
     * @param removed false where the object remains, marked
     * @param tellObject whether the answer is the object rather than a Status
     */
    public record Outcome(CachedObject object, boolean removed, boolean tellObject) {}

    public Outcome delete(
            String namespace,
            String name,
            User user,
            DeleteOptions options,
            Optional<WriteOptions.LeaseFence> fence,
            Consumer<String> warn,
            Review review) {
        WriteContext context = of.context(namespace, name, user, options.dryRun(), warn);
        Fencing fencing = Fences.with(
                Fencing.NONE, new WriteOptions(options.dryRun(), "", WriteOptions.DEFAULT.fieldValidation(), fence));
        if (options.propagation().isEmpty()) {
            of.strategy().warnOfDefaultPropagation(context);
        }
        boolean[] pretendedRemoval = {false};
        ResourceRegistry.Modified modified = of.modify(namespace, name, old -> {
            Plan plan = plan(context, old, options, fencing, review);
            if (!options.dryRun()) {
                return plan;
            }
            pretendedRemoval[0] = plan instanceof Plan.Remove;
            return switch (plan) {
                case Plan.Put put -> new Plan.Pretend(put.value());
                case Plan.Remove _ -> new Plan.Pretend(StoredForm.encode(StoredForm.parse(old)));
                case Plan.Keep keep -> keep;
                case Plan.Pretend pretend -> pretend;
            };
        });
        boolean removed = modified.removed() || pretendedRemoval[0];
        if (modified.removed()) {
            of.strategy().afterDelete(context, () -> StoredForm.parse(modified.before()));
        }
        return new Outcome(modified.after(), removed, !removed || of.strategy().returnsDeletedObject());
    }

    private Plan plan(
            WriteContext context, CachedObject current, DeleteOptions options, Fencing fencing, Review review) {
        ObjectNode object = StoredForm.parse(current);
        ObjectNode metadata = ResourceRegistry.metadata(object);
        checkPreconditions(metadata, current, options);
        for (Admission plugin : admission) {
            plugin.validateDelete(context, object);
        }
        review.delete(object);
        boolean marked = metadata.has("deletionTimestamp");
        OptionalLong pendingGrace = marked && metadata.has("deletionGracePeriodSeconds")
                ? OptionalLong.of(metadata.path("deletionGracePeriodSeconds").asLong())
                : OptionalLong.empty();
        boolean finalizersChanged = setFinalizers(metadata, options);
        boolean held = !metadata.path("finalizers").isEmpty() || of.strategy().holdsDeletion(object);

        long grace = grace(context, object, options, pendingGrace);
        if (grace == 0 && !held) {
            return new Plan.Remove(fencing);
        }
        boolean shortened = pendingGrace.isPresent() && grace < pendingGrace.getAsLong();
        if (marked && !shortened && !finalizersChanged) {
            return new Plan.Keep();
        }
        if (!marked || shortened) {
            stamp(context, metadata, grace, pendingGrace);
        }
        if (!marked) {
            of.strategy().markForDeletion(context, object);
        }
        return new Plan.Put(StoredForm.encode(object), fencing, () -> {});
    }

    private void checkPreconditions(ObjectNode metadata, CachedObject current, DeleteOptions options) {
        String uid = metadata.path("uid").asText("");
        if (options.uid().isPresent() && !options.uid().get().equals(uid)) {
            throw StatusException.deletionConflict(
                    of.resource(),
                    current.name(),
                    "the UID in the precondition (" + options.uid().get() + ") does not match the UID in record (" + uid
                            + "). The object might have been deleted and then recreated");
        }
        String revision = Long.toString(current.revision());
        if (options.resourceVersion().isPresent()
                && !options.resourceVersion().get().equals(revision)) {
            throw StatusException.deletionConflict(
                    of.resource(),
                    current.name(),
                    "the ResourceVersion in the precondition ("
                            + options.resourceVersion().get() + ") does not match the ResourceVersion in record ("
                            + revision + "). The object might have been modified");
        }
    }

    /** A grace period that runs can only be shortened. */
    private long grace(WriteContext context, ObjectNode object, DeleteOptions options, OptionalLong pending) {
        long asked = options.gracePeriodSeconds().orElse(Long.MAX_VALUE);
        if (pending.isPresent()) {
            return Math.min(Math.max(asked, 0), pending.getAsLong());
        }
        long usual = of.strategy().defaultGracePeriodSeconds(context, object);
        if (usual == 0 || object.path("metadata").has("deletionTimestamp")) {
            return 0;
        }
        long grace = options.gracePeriodSeconds().orElse(usual);
        return grace < 0 ? 1 : grace;
    }

    private static void stamp(WriteContext context, ObjectNode metadata, long grace, OptionalLong pending) {
        Instant base = pending.isPresent()
                ? Instant.parse(metadata.path("deletionTimestamp").asText()).minusSeconds(pending.getAsLong())
                : context.now();
        metadata.put(
                "deletionTimestamp",
                base.plusSeconds(grace).truncatedTo(ChronoUnit.SECONDS).toString());
        metadata.put("deletionGracePeriodSeconds", grace);
        long generation = metadata.path("generation").asLong(0);
        if (generation > 0 && pending.isEmpty()) {
            metadata.put("generation", generation + 1);
        }
    }

    /** Sets or clears the two finalizers by which the garbage collector learns what becomes of owned objects. */
    private boolean setFinalizers(ObjectNode metadata, DeleteOptions options) {
        Set<String> finalizers = new LinkedHashSet<>();
        for (JsonNode each : metadata.path("finalizers")) {
            finalizers.add(each.asText());
        }
        if (options.propagation().isEmpty() && (finalizers.contains(ORPHAN) || finalizers.contains(FOREGROUND))) {
            return false;
        }
        Set<String> before = new LinkedHashSet<>(finalizers);
        finalizers.remove(ORPHAN);
        finalizers.remove(FOREGROUND);
        switch (options.propagation().orElseGet(of.strategy()::defaultPropagation)) {
            case ORPHAN -> finalizers.add(ORPHAN);
            case FOREGROUND -> finalizers.add(FOREGROUND);
            case BACKGROUND -> {}
        }
        if (finalizers.equals(before)) {
            return false;
        }
        if (finalizers.isEmpty()) {
            metadata.remove("finalizers");
        } else {
            ArrayNode array = metadata.putArray("finalizers");
            finalizers.forEach(array::add);
        }
        return true;
    }
}
