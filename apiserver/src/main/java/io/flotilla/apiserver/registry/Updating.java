package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.storage.Fencing;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Updates objects: by a whole new one or by a change of what is there, of the resource itself or of its status. */
public final class Updating {
    static final String MODIFIED =
            "the object has been modified; please apply your changes to the latest version and try again";

    private final ResourceRegistry of;
    private final Registry.Shared shared;
    private final List<Admission> admission;

    Updating(ResourceRegistry of, Registry.Shared shared) {
        this.of = of;
        this.shared = shared;
        this.admission = shared.admission().stream()
                .filter(plugin ->
                        plugin.handles(of.resource().group(), of.resource().resource()))
                .toList();
    }

    /** Who updates what, and how. */
    public record Request(
            String namespace,
            String name,
            boolean status,
            User user,
            WriteOptions options,
            Consumer<String> warn,
            Ownership ownership,
            Review review) {}

    /** How managed fields follow an update. */
    public enum Ownership {
        /** Whatever the update changes becomes its manager's. */
        NOTED,
        /** The change has seen to it itself, as server-side apply does. */
        SETTLED
    }

    /**
     * Updates an object.
     *
     * @param change makes the new object from copies of the old one, as many as it asks for, all in the storage version; may
     *     run several times
     * @return the object as it is now
     */
    public CachedObject update(Request request, Function<Supplier<ObjectNode>, ObjectNode> change) {
        ResourceRegistry.Modified modified =
                of.modify(request.namespace(), request.name(), old -> plan(request, old, change));
        if (modified.removed()) {
            of.strategy().afterDelete(context(request), () -> StoredForm.parse(modified.before()));
        } else if (of.strategy().followsUpdates()
                && !request.status()
                && modified.after().revision() != modified.before().revision()) {
            of.strategy()
                    .afterUpdate(
                            context(request), StoredForm.parse(modified.after()), StoredForm.parse(modified.before()));
        }
        return modified.after();
    }

    private WriteContext context(Request request) {
        return of.context(
                request.namespace(),
                request.name(),
                request.user(),
                request.options().dryRun(),
                request.warn());
    }

    private Plan plan(Request request, CachedObject current, Function<Supplier<ObjectNode>, ObjectNode> change) {
        ResourceInfo resource = of.resource();
        WriteContext context = context(request);
        ObjectNode old = StoredForm.parse(current);
        ObjectNode object = change.apply(old::deepCopy);
        ObjectNode metadata = ResourceRegistry.metadata(object);
        checkTarget(of.resource(), request.namespace(), request.name(), metadata);
        checkPreconditions(request, metadata, old.path("metadata"), current);
        keepWhatUpdatesLeaveOut(metadata, (ObjectNode) old.get("metadata"));

        FieldOwnership.Note note = request.ownership() == Ownership.NOTED
                ? shared.ownership()
                        .look(
                                resource,
                                old,
                                object,
                                request.options().fieldManager(),
                                request.status() ? "status" : "",
                                context.now())
                : FieldOwnership.Note.NOTHING;
        Strategy strategy = of.strategy();
        if (request.status()) {
            request.review().mutate(object, old, _ -> {});
            strategy.prepareForStatusUpdate(context, object, old);
        } else {
            request.review().mutate(object, old, admitted -> {
                for (Admission plugin : admission) {
                    plugin.admit(context, admitted, old);
                }
            });
            strategy.prepareForUpdate(context, object, old);
        }
        note.write(object);
        List<FieldError> errors = request.status()
                ? strategy.validateStatusUpdate(context, object, old)
                : strategy.validateUpdate(context, object, old);
        if (!errors.isEmpty()) {
            throw StatusException.invalid(resource.group(), resource.kind(), request.name(), errors);
        }
        if (!request.status()) {
            strategy.warn(context, object, old);
        }
        byte[] value = StoredForm.encode(object);
        // Fields in another order are no change.
        if (StoredForm.isContentOf(value, current) || (StoredForm.isAsLongAs(value, current) && object.equals(old))) {
            request.review().validate(object, old);
            return new Plan.Keep();
        }
        return store(request, context, object, old, value);
    }

    private Plan store(Request request, WriteContext context, ObjectNode object, ObjectNode old, byte[] value) {
        Undo undo = new Undo();
        boolean planned = false;
        try {
            for (Admission plugin : admission) {
                if (!request.status() || plugin.handlesStatus()) {
                    undo.add(plugin.validate(context, object, old));
                }
            }
            request.review().validate(object, old);
            if (request.options().dryRun()) {
                return new Plan.Pretend(value);
            }
            byte[] finished = value;
            if (!request.status()) {
                Runnable claims = of.strategy().beforeUpdate(context, object, old);
                if (!claims.equals(Strategy.NOTHING)) {
                    undo.add(claims);
                    finished = StoredForm.encode(object);
                }
            }
            if (isLetGo(object, old)) {
                planned = true;
                return new Plan.Remove(Fences.with(Fencing.NONE, request.options()));
            }
            planned = true;
            return new Plan.Put(
                    finished,
                    Fences.with(Fences.ofLease(of.resource(), Optional.of(old), object), request.options()),
                    undo);
        } finally {
            if (!planned) {
                undo.run();
            }
        }
    }

    /** Whether this update takes away the last thing that held back a requested deletion. */
    private boolean isLetGo(ObjectNode object, ObjectNode old) {
        return old.path("metadata").has("deletionTimestamp")
                && old.path("metadata").path("deletionGracePeriodSeconds").asLong(0) == 0
                && object.path("metadata").path("finalizers").isEmpty()
                && !of.strategy().holdsDeletion(object);
    }

    /**
     * Checks that a body means the object of the URL; its namespace may be left out, and is then set.
     *
     * @throws StatusException it means another, or none
     */
    public static void checkTarget(ResourceInfo resource, String namespace, String name, ObjectNode metadata) {
        String told = metadata.path("name").asText("");
        if (told.isEmpty()) {
            throw StatusException.badRequest(
                    "the name of the object (" + name + " based on URL) was undeterminable: name must be provided");
        } else if (!told.equals(name)) {
            throw StatusException.badRequest(
                    "the name of the object (" + told + ") does not match the name on the URL (" + name + ")");
        }
        if (!resource.namespaced()) {
            return;
        }
        String toldNamespace = metadata.path("namespace").asText("");
        if (toldNamespace.isEmpty()) {
            metadata.put("namespace", namespace);
        } else if (!toldNamespace.equals(namespace)) {
            throw StatusException.badRequest("the namespace of the object (" + toldNamespace
                    + ") does not match the namespace on the request (" + namespace + ")");
        }
    }

    private void checkPreconditions(Request request, ObjectNode metadata, JsonNode oldMetadata, CachedObject current) {
        String uid = metadata.path("uid").asText("");
        String oldUid = oldMetadata.path("uid").asText("");
        if (!uid.isEmpty() && !uid.equals(oldUid)) {
            throw StatusException.conflict(
                    of.resource(),
                    request.name(),
                    "StorageError: invalid object, Code: 4, Key: " + of.etcdKey(request.namespace(), request.name())
                            + ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
                            + uid + ", UID in object meta: " + oldUid);
        }
        String revision = metadata.path("resourceVersion").asText("");
        if (revision.isEmpty() || revision.equals("0")) {
            if (!of.strategy().allowUnconditionalUpdate()) {
                throw StatusException.invalid(
                        of.resource().group(),
                        of.resource().kind(),
                        request.name(),
                        List.of(FieldError.invalid("metadata.resourceVersion", 0, "must be specified for an update")));
            }
            metadata.put("resourceVersion", Long.toString(current.revision()));
        } else if (!revision.equals(Long.toString(current.revision()))) {
            throw StatusException.conflict(of.resource(), request.name(), MODIFIED);
        }
    }

    /** What an update leaves out of the metadata that the server sets, it does not mean to remove. */
    private static void keepWhatUpdatesLeaveOut(ObjectNode metadata, ObjectNode old) {
        for (String name : List.of("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")) {
            if (metadata.path(name).isMissingNode() || metadata.path(name).isNull()) {
                if (old.has(name)) {
                    metadata.set(name, old.get(name));
                } else {
                    metadata.remove(name);
                }
            }
        }
        metadata.remove("selfLink");
    }
}
