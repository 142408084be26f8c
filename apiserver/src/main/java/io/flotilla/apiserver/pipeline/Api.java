package io.flotilla.apiserver.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.authz.Refusals;
import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.ExpiredException;
import io.flotilla.apiserver.cache.SelectableFields;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.cache.WatchForm;
import io.flotilla.apiserver.cache.Watcher;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.storage.EtcdStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads of the API, and the entry to its {@linkplain Writes writes}. Every call authorizes first and fails with
 * {@link StatusException}; all block, but {@link #watch} only until it has begun.
 */
public final class Api {
    private final Registry registry;
    private final Authorizer authorizer;
    private final Lists lists;
    private final Writes writes;

    public Api(Registry registry, Cache cache, EtcdStore store, Authorizer authorizer, Writes writes) {
        this.registry = registry;
        this.authorizer = authorizer;
        this.lists = new Lists(cache, store);
        this.writes = writes;
    }

    public Writes writes() {
        return writes;
    }

    /** Fails with Forbidden unless the user may. */
    public void authorize(User user, Attributes attributes) {
        Authorizer.Decision decision = authorizer.authorize(user, attributes);
        if (!decision.allowed()) {
            throw Refusals.refusal(user, attributes, decision.reason());
        }
    }

    /**
     * Fails with Forbidden unless the user, who may do what the request's method stands for, may do this as well. Says only
     * what the authorizer says.
     */
    public void authorizeAlso(User user, Target target, String verb) {
        Authorizer.Decision decision = authorizer.authorize(user, target.attributes(verb));
        if (!decision.allowed()) {
            throw StatusException.forbidden(target.resource(), target.name(), decision.reason());
        }
    }

    public Answer get(Caller caller, Target target, String resourceVersion) {
        authorize(caller.user(), target.attributes("get"));
        if (!target.subresource().isEmpty() && !target.subresource().equals("status")) {
            return new Answer.Made(200, writes.handler(target).read(writes.context(caller, target, false)));
        }
        Optional<ServedVersion> version = registry.served(target.resource());
        if (version.isEmpty()) {
            return new Answer.Made(200, writes.handler(target).read(writes.context(caller, target, false)));
        }
        CachedObject object = lists.get(version.get(), target.namespace(), target.name(), resourceVersion)
                .orElseThrow(() -> StatusException.notFound(target.resource(), target.name()));
        return new Answer.Stored(200, version.get(), object);
    }

    public Listing list(Caller caller, Target target, ListQuery query) {
        return list(caller, target, query, "list");
    }

    /** The objects selected of a resource whose objects are not kept. */
    public List<ObjectNode> listMade(Caller caller, Target target, ListQuery query) {
        Selection selection = Selectors.parse(
                target.namespace(), query.labelSelector(), query.fieldSelector(), SelectableFields.NONE);
        authorize(caller.user(), attributes(target, selection, "list"));
        return writes.handler(target).list(writes.context(caller, target, false), selection);
    }

    /** What the deletion of a collection is about: who may delete it need not be allowed to list it. */
    public Listing listToDelete(Caller caller, Target target, ListQuery query) {
        return list(caller, target, query, "deletecollection");
    }

    private Listing list(Caller caller, Target target, ListQuery query, String verb) {
        ServedVersion version = served(target.resource(), verb);
        Selection selection = selection(version, target, query);
        authorize(caller.user(), attributes(target, selection, verb));
        if (query.limit() < 0) {
            throw StatusException.invalid(
                    "meta.k8s.io",
                    "ListOptions",
                    "",
                    List.of(FieldError.invalid("limit", query.limit(), "must be greater than or equal to 0")));
        }
        return lists.list(version, selection, query);
    }

    /** Opens a watch; {@code wake} is called whenever frames can be taken. */
    public <F> Watcher<F> watch(Caller caller, Target target, ListQuery query, WatchForm<F> form, Runnable wake) {
        ServedVersion version = served(target.resource(), "watch");
        Selection selection = selection(version, target, query);
        authorize(caller.user(), attributes(target, selection, "watch"));
        checkWatch(query);
        long wanted = Lists.revision(query.resourceVersion());
        boolean initial = query.resourceVersion().isEmpty() || wanted == 0 || query.sendInitialEvents();
        if (query.sendInitialEvents() && wanted > 0) {
            lists.awaitVersion(wanted);
        } else if (query.sendInitialEvents() || query.resourceVersion().isEmpty()) {
            lists.awaitNewest();
        } else {
            lists.awaitVersion(0);
        }
        try {
            return version.registry()
                    .cache()
                    .watch(
                            selection,
                            form,
                            initial ? OptionalLong.empty() : OptionalLong.of(wanted),
                            query.allowBookmarks(),
                            query.sendInitialEvents() && query.allowBookmarks(),
                            wake);
        } catch (ExpiredException e) {
            throw StatusException.expired(String.valueOf(e.getMessage()));
        }
    }

    /** The stored resource in the version asked for. */
    public ServedVersion served(ResourceInfo resource, String verb) {
        if (!resource.verbs().contains(verb)) {
            throw StatusException.methodNotSupported(resource, verb);
        }
        return registry.served(resource).orElseThrow(() -> StatusException.methodNotSupported(resource, verb));
    }

    private static Selection selection(ServedVersion version, Target target, ListQuery query) {
        Selection selection = Selectors.parse(
                target.namespace(),
                query.labelSelector(),
                query.fieldSelector(),
                version.registry().cache().selectable());
        // A watch or list whose path names one object.
        return target.name().isEmpty()
                ? selection
                : new Selection(
                        selection.namespace(), Optional.of(target.name()), selection.labels(), selection.fields());
    }

    private static Attributes attributes(Target target, Selection selection, String verb) {
        Target asked = selection.name().isPresent() && target.name().isEmpty()
                ? new Target(
                        target.resource(), target.namespace(), selection.name().get(), target.subresource())
                : target;
        return asked.attributes(verb);
    }

    private static void checkWatch(ListQuery query) {
        String match = query.resourceVersionMatch();
        List<FieldError> errors = new ArrayList<>();
        if (query.sendInitialEvents() && !match.equals("NotOlderThan")) {
            errors.add(FieldError.forbidden(
                    "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }
        if (!match.isEmpty()) {
            if (!query.sendInitialEvents()) {
                errors.add(FieldError.forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
            }
            if (!match.equals("NotOlderThan")) {
                errors.add(FieldError.notSupported("resourceVersionMatch", match, List.of("NotOlderThan")));
            }
            if (!query.continueToken().isEmpty()) {
                errors.add(FieldError.forbidden(
                        "resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
            }
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid("meta.k8s.io", "ListOptions", "", errors);
        }
    }

    /** A Status that says that all went well. */
    static ObjectNode success() {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return status.put("status", "Success");
    }
}
