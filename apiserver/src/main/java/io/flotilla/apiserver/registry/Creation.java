package io.flotilla.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.storage.Fencing;
import io.flotilla.apiserver.storage.Written;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Creates objects: metadata that the server sets, admission, the kind's rules, storing. */
public final class Creation {
    /** As many letters and digits that make no words and are not mistaken for one another. */
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    /** What a creation may not set of its metadata. */
    private static final List<String> SET_BY_SERVER = List.of(
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink",
            "resourceVersion");

    private static final int SUFFIX = 5;
    private static final int MAX_GENERATED = 63 - SUFFIX;
    private static final int NAME_ATTEMPTS = 8;

    private final ResourceRegistry of;
    private final Registry.Shared shared;
    private final List<Admission> admission;

    Creation(ResourceRegistry of, Registry.Shared shared) {
        this.of = of;
        this.shared = shared;
        this.admission = shared.admission().stream()
                .filter(plugin ->
                        plugin.handles(of.resource().group(), of.resource().resource()))
                .toList();
    }

    /**
     * Who creates an object, and how.
     *
     * @param namespace namespace in the path, empty in cluster scope
     */
    public record Request(
            String namespace,
            User user,
            WriteOptions options,
            Consumer<String> warn,
            Updating.Ownership ownership,
            Review review) {}

    /**
     * Creates an object.
     *
     * @param object pruned and defaulted, in the storage version; changed in place
     * @return the object as stored, or as it would be for a dry run
     */
    public CachedObject create(Request request, ObjectNode object) {
        String namespace = request.namespace();
        ResourceInfo resource = of.resource();
        ObjectNode metadata = ResourceRegistry.metadata(object);
        if (!metadata.path("resourceVersion").asText("").isEmpty()) {
            throw StatusException.plain(500, "resourceVersion should not be set on objects to be created");
        }
        scope(metadata, namespace);
        WriteContext context =
                of.context(namespace, "", request.user(), request.options().dryRun(), request.warn());
        metadata.remove(SET_BY_SERVER);
        FieldOwnership.Note note = request.ownership() == Updating.Ownership.NOTED
                ? shared.ownership()
                        .look(resource, null, object, request.options().fieldManager(), "", context.now())
                : FieldOwnership.Note.NOTHING;
        request.review().mutate(object, null, admitted -> admit(context, admitted));
        metadata = ResourceRegistry.metadata(object);
        metadata.remove(SET_BY_SERVER);
        scope(metadata, namespace);
        boolean generated = metadata.path("name").asText("").isEmpty()
                && !metadata.path("generateName").asText("").isEmpty();
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put(
                "creationTimestamp",
                context.now().truncatedTo(ChronoUnit.SECONDS).toString());
        for (int attempt = 1; ; attempt++) {
            if (generated) {
                metadata.put("name", generate(metadata.path("generateName").asText()));
            }
            String name = metadata.path("name").asText("");
            Optional<CachedObject> created = attempt(context, request, name, object, note);
            if (created.isPresent()) {
                return created.get();
            }
            if (!generated) {
                throw StatusException.alreadyExists(resource, name);
            }
            if (attempt == NAME_ATTEMPTS) {
                throw StatusException.generateNameConflict(resource, name);
            }
        }
    }

    private void admit(WriteContext context, ObjectNode object) {
        for (Admission plugin : admission) {
            plugin.admit(context, object, null);
        }
    }

    /** Returns empty if the name is taken. */
    private Optional<CachedObject> attempt(
            WriteContext context, Request request, String name, ObjectNode object, FieldOwnership.Note note) {
        ResourceInfo resource = of.resource();
        String namespace = request.namespace();
        WriteOptions options = request.options();
        of.strategy().prepareForCreate(context, object);
        shared.schema().complete(resource, object);
        note.write(object);
        List<FieldError> errors = of.strategy().validate(context, object);
        if (errors.isEmpty() && !isStorable(name)) {
            errors = List.of(FieldError.required("metadata.name", "name or generateName is required"));
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid(resource.group(), resource.kind(), name, errors);
        }
        of.strategy().warn(context, object, null);
        Undo undo = new Undo();
        boolean stored = false;
        try {
            for (Admission plugin : admission) {
                undo.add(plugin.validate(context, object, null));
            }
            request.review().validate(object, null);
            byte[] value;
            if (options.dryRun()) {
                value = StoredForm.encode(object);
                if (of.cache().snapshot().get(of.key(namespace, name)).isPresent()) {
                    return Optional.empty();
                }
                return Optional.of(StoredForm.withoutRevision(of.key(namespace, name), value));
            }
            undo.add(of.strategy().beforeCreate(context, object));
            value = StoredForm.encode(object);
            Fencing fencing = Fences.with(Fences.ofLease(resource, Optional.empty(), object), options);
            Written written = of.write(namespace, name, value, 0, fencing);
            switch (written) {
                case Written.Done(long revision) -> {
                    stored = true;
                    return Optional.of(of.object(namespace, name, value, revision));
                }
                case Written.Lost _ -> {
                    return Optional.empty();
                }
                case Written.Fenced _ -> throw of.fenced(name);
            }
        } finally {
            if (!stored) {
                undo.run();
            }
        }
    }

    private void scope(ObjectNode metadata, String namespace) {
        if (!of.resource().namespaced()) {
            return;
        }
        String told = metadata.path("namespace").asText("");
        if (told.isEmpty()) {
            metadata.put("namespace", namespace);
        } else if (!told.equals(namespace)) {
            throw StatusException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    /** Whether a name can be part of a key, whatever else may be wrong with it. */
    private static boolean isStorable(String name) {
        return !name.isEmpty() && name.indexOf('/') < 0 && !name.equals(".") && !name.equals("..");
    }

    private String generate(String prefix) {
        StringBuilder name =
                new StringBuilder(prefix.length() > MAX_GENERATED ? prefix.substring(0, MAX_GENERATED) : prefix);
        for (int i = 0; i < SUFFIX; i++) {
            name.append(ALPHABET.charAt(shared.random().nextInt(ALPHABET.length())));
        }
        return name.toString();
    }
}
