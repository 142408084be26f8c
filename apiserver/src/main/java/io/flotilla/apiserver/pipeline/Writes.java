package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.authz.Refusals;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.patch.FieldManager;
import io.flotilla.apiserver.registry.Changes;
import io.flotilla.apiserver.registry.Creation;
import io.flotilla.apiserver.registry.Deletion;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.Reviews;
import io.flotilla.apiserver.registry.Reviews.Operation;
import io.flotilla.apiserver.registry.ScaleHandler;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.Updating;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.DeleteOptions;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.WriteOptions;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.SubresourceInfo;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Writes of the API. Every call authorizes first and fails with {@link StatusException}; all block. */
public final class Writes {
    private final Registry registry;
    private final Schema schema;
    private final Authorizer authorizer;
    private final Reviews reviews;
    private final NamespaceCheck namespaces;
    private final BodyReader bodies;
    private final FieldManager fields;
    private final Clock clock;

    public Writes(Registry registry, Schema schema, Authorizer authorizer, Reviews reviews, Clock clock) {
        this.registry = registry;
        this.reviews = reviews;
        this.schema = schema;
        this.authorizer = authorizer;
        this.namespaces = new NamespaceCheck(registry);
        this.bodies = new BodyReader(schema);
        this.fields = new FieldManager(schema);
        this.clock = clock;
    }

    /** Reads the options of a deletion from its body. */
    public DeleteOptions deleteOptions(Body body) {
        return bodies.readDeleteOptions(body);
    }

    /** Creates an object, or answers a POST to a subresource or a resource that is not stored. */
    public Answer create(Caller caller, Target target, Body body, WriteOptions options) {
        authorize(caller, target, "create");
        Optional<ServedVersion> served =
                target.subresource().isEmpty() ? registry.served(target.resource()) : Optional.empty();
        if (served.isEmpty()) {
            SubresourceHandler handler = handler(target);
            ObjectNode object = bodies.read(body, expected(target), options.fieldValidation(), caller.warn());
            review(caller, target, Operation.CREATE, options).admit(object, Optional::empty);
            return new Answer.Made(201, handler.create(context(caller, target, options.dryRun()), object));
        }
        supports(target, "create");
        ServedVersion version = served.get();
        ObjectNode object = bodies.read(body, expected(target), options.fieldValidation(), caller.warn());
        version.toStorage(object);
        namespaces.checkCreation(version.storage(), target.namespace(), object);
        return create(caller, target, version, object, options, Updating.Ownership.NOTED);
    }

    private Answer create(
            Caller caller,
            Target target,
            ServedVersion version,
            ObjectNode object,
            WriteOptions options,
            Updating.Ownership ownership) {
        Creation.Request request = new Creation.Request(
                target.namespace(),
                caller.user(),
                ownership == Updating.Ownership.NOTED ? managed(caller, options) : options,
                caller.warn(),
                ownership,
                review(caller, target, Operation.CREATE, options));
        return new Answer.Stored(201, version, version.registry().creation().create(request, object));
    }

    /** Replaces an object, its status, or what another subresource shows. */
    public Answer update(Caller caller, Target target, Body body, WriteOptions options) {
        authorize(caller, target, "update");
        ObjectNode object = bodies.read(body, expected(target), options.fieldValidation(), caller.warn());
        if (isHandled(target)) {
            return updateHandled(caller, target, object, options);
        }
        supports(target, "update");
        ServedVersion version = stored(target, "update");
        version.toStorage(object);
        try {
            CachedObject updated = version.registry()
                    .updating()
                    .update(updating(caller, target, options, Updating.Ownership.NOTED), _ -> object.deepCopy());
            return new Answer.Stored(200, version, updated);
        } catch (StatusException e) {
            boolean creates = e.code() == 404
                    && target.subresource().isEmpty()
                    && version.registry().createsOnUpdate();
            if (!creates) {
                throw e;
            }
        }
        authorize(caller, target, "create");
        namespaces.checkCreation(version.storage(), target.namespace(), object);
        ((ObjectNode) object.get("metadata")).remove("resourceVersion");
        return create(caller, target, version, object, options, Updating.Ownership.NOTED);
    }

    private Answer updateHandled(Caller caller, Target target, ObjectNode object, WriteOptions options) {
        SubresourceHandler handler = handler(target);
        if (handler instanceof ScaleHandler scale) {
            return updateScale(caller, target, scale, options, _ -> object.deepCopy(), Updating.Ownership.NOTED);
        }
        WriteContext context = context(caller, target, options.dryRun());
        Updating.checkTarget(target.resource(), target.namespace(), target.name(), Trees.child(object, "metadata"));
        boolean wholeObject = expected(target).kind().equals(target.resource().kind());
        review(caller, target, Operation.UPDATE, options)
                .admit(object, () -> Optional.of(wholeObject ? Changes.read(context) : handler.read(context)));
        return new Answer.Made(200, handler.update(context, object));
    }

    private Answer updateScale(
            Caller caller,
            Target target,
            ScaleHandler handler,
            WriteOptions options,
            UnaryOperator<ObjectNode> change,
            Updating.Ownership ownership) {
        FieldManager.Write write = new FieldManager.Write(
                managed(caller, options).fieldManager(), target.subresource(), false, Instant.now(clock));
        Review review = review(caller, target, Operation.UPDATE, options);
        return new Answer.Made(200, handler.update(context(caller, target, options.dryRun()), shown -> {
            ObjectNode object = change.apply(shown.deepCopy());
            Updating.checkTarget(target.resource(), target.namespace(), target.name(), Trees.child(object, "metadata"));
            FieldManager.Note note = fields.look(expected(target).type(), write, shown, object);
            review.admit(object, () -> Optional.of(shown.deepCopy()));
            if (ownership == Updating.Ownership.NOTED) {
                note.write(object);
            }
            return object;
        }));
    }

    private Answer patchScale(
            Caller caller,
            Target target,
            ScaleHandler handler,
            PatchType type,
            byte[] body,
            boolean force,
            WriteOptions options) {
        BodyReader.Expected expected = expected(target);
        if (type == PatchType.APPLY) {
            ApplyConfiguration configuration = ApplyConfiguration.read(
                    body, target, expected, schema, options, force, Instant.now(clock), caller.warn());
            UnaryOperator<ObjectNode> applied = shown -> bodies.checkApplied(
                    configuration.applyTo(shown), expected, options.fieldValidation(), caller.warn());
            return updateScale(caller, target, handler, options, applied, Updating.Ownership.SETTLED);
        }
        Patches patch = Patches.read(type, body);
        UnaryOperator<ObjectNode> patched = shown ->
                checkPatched(caller, patch, () -> patch.apply(shown.deepCopy(), expected.type()), expected, options);
        return updateScale(caller, target, handler, options, patched, Updating.Ownership.NOTED);
    }

    /** Patches an object, its status, or what another subresource shows. */
    public Answer patch(
            Caller caller, Target target, PatchType type, byte[] body, boolean force, WriteOptions options) {
        authorize(caller, target, "patch");
        BodyReader.Expected expected = expected(target);
        if (type == PatchType.APPLY && !isHandled(target)) {
            return apply(caller, target, expected, body, force, options);
        }
        if (isHandled(target) && handler(target) instanceof ScaleHandler scale) {
            return patchScale(caller, target, scale, type, body, force, options);
        }
        Patches patch = Patches.read(type, body);
        if (isHandled(target)) {
            SubresourceHandler handler = handler(target);
            WriteContext context = context(caller, target, options.dryRun());
            Supplier<ObjectNode> patched = () -> patch.apply(handler.read(context), expected.type());
            ObjectNode object = checkPatched(caller, patch, patched, expected, options);
            return updateHandled(caller, target, object, options);
        }
        supports(target, "patch");
        ServedVersion version = stored(target, "patch");
        CachedObject updated = version.registry()
                .updating()
                .update(updating(caller, target, options, Updating.Ownership.NOTED), old -> {
                    Supplier<ObjectNode> patched = () -> patch.apply(version.fromStorage(old.get()), expected.type());
                    return version.toStorage(checkPatched(caller, patch, patched, expected, options));
                });
        return new Answer.Stored(200, version, updated);
    }

    private ObjectNode checkPatched(
            Caller caller,
            Patches patch,
            Supplier<ObjectNode> patched,
            BodyReader.Expected expected,
            WriteOptions options) {
        return bodies.checkPatched(
                patched.get(), () -> patch.describe(patched.get()), expected, options.fieldValidation(), caller.warn());
    }

    /** Server-side apply: changes the object into what the configuration says, or makes it. */
    private Answer apply(
            Caller caller,
            Target target,
            BodyReader.Expected expected,
            byte[] body,
            boolean force,
            WriteOptions options) {
        supports(target, "patch");
        ServedVersion version = stored(target, "patch");
        ApplyConfiguration configuration = ApplyConfiguration.read(
                body, target, expected, schema, options, force, Instant.now(clock), caller.warn());
        try {
            CachedObject updated = version.registry()
                    .updating()
                    .update(updating(caller, target, options, Updating.Ownership.SETTLED), old -> {
                        ObjectNode applied = configuration.applyTo(version.fromStorage(old.get()));
                        return version.toStorage(
                                bodies.checkApplied(applied, expected, options.fieldValidation(), caller.warn()));
                    });
            return new Answer.Stored(200, version, updated);
        } catch (StatusException e) {
            if (e.code() != 404 || !target.subresource().isEmpty()) {
                throw e;
            }
        }
        authorize(caller, target, "create");
        ObjectNode object = bodies.checkApplied(
                configuration.create(target.resource(), target.namespace(), target.name()),
                expected,
                options.fieldValidation(),
                caller.warn());
        version.toStorage(object);
        namespaces.checkCreation(version.storage(), target.namespace(), object);
        return create(caller, target, version, object, options, Updating.Ownership.SETTLED);
    }

    /** Deletes an object; the body is a DeleteOptions object or empty. */
    public Answer delete(Caller caller, Target target, DeleteOptions options, Optional<WriteOptions.LeaseFence> fence) {
        authorize(caller, target, "delete");
        supports(target, "delete");
        ServedVersion version = stored(target, "delete");
        namespaces.checkDeletion(version.storage(), target.name());
        Deletion.Outcome outcome = version.registry()
                .deletion()
                .delete(
                        target.namespace(),
                        target.name(),
                        caller.user(),
                        options,
                        fence,
                        caller.warn(),
                        review(caller, target, options));
        if (outcome.tellObject()) {
            return new Answer.Stored(200, version, outcome.object());
        }
        ObjectNode status = Api.success();
        ObjectNode details = status.putObject("details").put("name", target.name());
        if (!target.resource().group().isEmpty()) {
            details.put("group", target.resource().group());
        }
        details.put("kind", target.resource().resource());
        details.put(
                "uid",
                StoredForm.parse(outcome.object()).path("metadata").path("uid").asText());
        return new Answer.Made(200, status);
    }

    /** Deletes every object listed; tells the list as it was. */
    public ObjectNode deleteAll(
            Caller caller,
            Target target,
            Listing listing,
            DeleteOptions options,
            Optional<WriteOptions.LeaseFence> fence) {
        authorize(caller, target, "deletecollection");
        supports(target, "deletecollection");
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.put("kind", target.resource().kind() + "List")
                .put("apiVersion", target.resource().apiVersion());
        list.putObject("metadata").put("resourceVersion", Long.toString(listing.revision()));
        ArrayNode items = list.putArray("items");
        Review review = review(caller, target, options);
        for (CachedObject each : listing.items()) {
            try {
                Deletion.Outcome outcome = listing.version()
                        .registry()
                        .deletion()
                        .delete(each.namespace(), each.name(), caller.user(), options, fence, caller.warn(), review);
                items.add(listing.version().fromStorage(StoredForm.parse(outcome.object())));
            } catch (StatusException e) {
                // Gone meanwhile: that is what was asked for.
                if (e.code() != 404) {
                    throw e;
                }
            }
        }
        return list;
    }

    private void authorize(Caller caller, Target target, String verb) {
        Attributes attributes = target.attributes(verb);
        Authorizer.Decision decision = authorizer.authorize(caller.user(), attributes);
        if (!decision.allowed()) {
            throw Refusals.refusal(caller.user(), attributes, decision.reason());
        }
    }

    private static void supports(Target target, String verb) {
        if (!target.resource().verbs().contains(verb)) {
            throw StatusException.methodNotSupported(target.resource(), verb);
        }
    }

    private ServedVersion stored(Target target, String verb) {
        return registry.served(target.resource())
                .orElseThrow(() -> StatusException.methodNotSupported(target.resource(), verb));
    }

    /** Whether a handler stands for the target, rather than the object's own strategy. */
    private boolean isHandled(Target target) {
        if (target.subresource().isEmpty()) {
            return registry.served(target.resource()).isEmpty();
        }
        return !target.subresource().equals("status")
                || registry.subresource(target.resource(), "status").isPresent();
    }

    SubresourceHandler handler(Target target) {
        return registry.subresource(target.resource(), target.subresource())
                .orElseThrow(() -> StatusException.methodNotSupported(target.resource(), "use"));
    }

    WriteContext context(Caller caller, Target target, boolean dryRun) {
        ResourceInfo parent =
                registry.served(target.resource()).map(ServedVersion::storage).orElse(target.resource());
        return new WriteContext(
                parent,
                target.namespace(),
                target.name(),
                caller.user(),
                dryRun,
                Instant.now(clock).truncatedTo(ChronoUnit.MICROS),
                registry.objects(),
                caller.warn());
    }

    private BodyReader.Expected expected(Target target) {
        ResourceInfo resource = target.resource();
        Supplier<BodyReader.Expected> own =
                () -> new BodyReader.Expected(resource.apiVersion(), resource.kind(), schema.type(resource));
        if (target.subresource().isEmpty()) {
            return own.get();
        }
        SubresourceInfo subresource = schema.subresources(resource).get(target.subresource());
        return subresource == null
                ? own.get()
                : new BodyReader.Expected(
                        subresource.apiVersion(),
                        registry.subresource(resource, target.subresource())
                                .map(SubresourceHandler::otherVersions)
                                .orElse(Set.of()),
                        subresource.kind(),
                        subresource.type());
    }

    private Updating.Request updating(
            Caller caller, Target target, WriteOptions options, Updating.Ownership ownership) {
        return new Updating.Request(
                target.namespace(),
                target.name(),
                target.subresource().equals("status"),
                caller.user(),
                managed(caller, options),
                caller.warn(),
                ownership,
                review(caller, target, Operation.UPDATE, options));
    }

    private Review review(Caller caller, Target target, Operation operation, WriteOptions options) {
        String kind = operation == Operation.CREATE ? "CreateOptions" : "UpdateOptions";
        return review(caller, target, operation, options.dryRun(), () -> OptionsObjects.of(kind, options));
    }

    private Review review(Caller caller, Target target, DeleteOptions options) {
        return review(caller, target, Operation.DELETE, options.dryRun(), () -> OptionsObjects.of(options));
    }

    private Review review(
            Caller caller, Target target, Operation operation, boolean dryRun, Supplier<ObjectNode> options) {
        return reviews.of(new Reviews.Write(
                operation,
                target.resource(),
                isHandled(target) ? Optional.empty() : registry.served(target.resource()),
                target.subresource(),
                target.namespace(),
                target.name(),
                caller.user(),
                dryRun,
                options,
                caller.warn()));
    }

    /** Asks those who are configured to have a say whether a connection may be opened; fails if it may not. */
    public void connect(Caller caller, Target target, ObjectNode options) {
        SubresourceInfo exchanged = schema.subresources(target.resource()).get(target.subresource());
        options.put("kind", exchanged.kind()).put("apiVersion", exchanged.apiVersion());
        review(caller, target, Operation.CONNECT, false, JsonNodeFactory.instance::objectNode)
                .connect(options);
    }

    private static WriteOptions managed(Caller caller, WriteOptions options) {
        return options.fieldManager().isEmpty()
                ? new WriteOptions(options.dryRun(), caller.agent(), options.fieldValidation(), options.fence())
                : options;
    }
}
