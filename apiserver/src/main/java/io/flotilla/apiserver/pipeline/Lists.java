package io.flotilla.apiserver.pipeline;

import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.cache.Snapshot;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.registry.Storing;
import io.flotilla.apiserver.request.FieldError;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.storage.EtcdStore;
import io.flotilla.apiserver.storage.StorageException;
import io.flotilla.apiserver.storage.Walk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Lists, and single reads, at the version that is asked for. */
final class Lists {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final String TOO_OLD_TOKEN =
            "The provided continue parameter is too old to display a consistent list"
                    + " result. You can start a new list without the continue parameter, or use the continue token in this"
                    + " response to retrieve the remainder of the results. Continuing with the provided token results in an"
                    + " inconsistent list - objects that were created, modified, or deleted between the time the first chunk"
                    + " was returned and now may show up in the list.";

    private final Cache cache;
    private final EtcdStore store;

    Lists(Cache cache, EtcdStore store) {
        this.cache = cache;
        this.store = store;
    }

    /** Lists what is selected. */
    Listing list(ServedVersion version, Selection selection, ListQuery query) {
        ResourceCache resource = version.registry().cache();
        checkOptions(query);
        if (!query.continueToken().isEmpty()) {
            return goOn(version, selection, query);
        }
        long wanted = revision(query.resourceVersion());
        boolean exact = query.resourceVersionMatch().equals("Exact")
                || (query.resourceVersionMatch().isEmpty() && query.limit() > 0 && wanted > 0);
        Snapshot snapshot;
        if (query.resourceVersion().isEmpty()) {
            awaitNewest();
            snapshot = resource.snapshot();
        } else {
            awaitVersion(wanted);
            Optional<Snapshot> found = exact ? resource.at(wanted) : Optional.of(resource.snapshot());
            if (found.isEmpty()) {
                return fromStore(version, selection, query, wanted, "");
            }
            snapshot = found.get();
        }
        return page(version, selection, query.limit(), snapshot, "");
    }

    private Listing goOn(ServedVersion version, Selection selection, ListQuery query) {
        if (!query.resourceVersion().isEmpty() && !query.resourceVersion().equals("0")) {
            throw StatusException.badRequest("specifying resource version is not allowed when using continue");
        }
        ContinueToken token = ContinueToken.parse(query.continueToken());
        ResourceCache resource = version.registry().cache();
        if (token.revision() == ContinueToken.INCONSISTENT) {
            return page(version, selection, query.limit(), resource.snapshot(), token.start());
        }
        awaitVersion(token.revision());
        Optional<Snapshot> snapshot = resource.at(token.revision());
        return snapshot.isPresent()
                ? page(version, selection, query.limit(), snapshot.get(), token.start())
                : fromStore(version, selection, query, token.revision(), token.start());
    }

    /** Waits until the cache has seen everything that was acknowledged before this call. */
    void awaitNewest() {
        try {
            cache.awaitCurrent();
        } catch (StorageException e) {
            throw Storing.translate(e);
        }
        if (!cache.isLoaded()) {
            throw StatusException.serviceUnavailable(cache.trouble().orElse("the cache has not been filled yet"));
        }
    }

    /** Waits until the cache has seen a version. */
    void awaitVersion(long wanted) {
        if (wanted > cache.revision() && !cache.await(wanted, PATIENCE)) {
            throw StatusException.tooLargeResourceVersion(wanted, cache.revision());
        }
        if (!cache.isLoaded()) {
            throw StatusException.serviceUnavailable(cache.trouble().orElse("the cache has not been filled yet"));
        }
    }

    private static Listing page(
            ServedVersion version, Selection selection, long limit, Snapshot snapshot, String start) {
        List<CachedObject> items = new ArrayList<>();
        Iterator<CachedObject> objects = snapshot.from(selection.namespace(), start);
        boolean all = selection.selectsAll();
        String token = "";
        OptionalLong remaining = OptionalLong.empty();
        while (objects.hasNext()) {
            CachedObject object = objects.next();
            if (!all && !selection.matches(object)) {
                continue;
            }
            if (limit > 0 && items.size() == limit) {
                String next = items.getLast().key() + '\0';
                token = new ContinueToken(snapshot.revision(), next).encode();
                if (all) {
                    remaining = OptionalLong.of(snapshot.count(selection.namespace(), next));
                }
                break;
            }
            items.add(object);
        }
        return new Listing(version, items, snapshot.revision(), token, remaining);
    }

    /** Reads a version that the cache has forgotten from etcd, which may remember it. */
    private Listing fromStore(
            ServedVersion version, Selection selection, ListQuery query, long revision, String start) {
        ResourceCache resource = version.registry().cache();
        String prefix = resource.prefix() + (selection.namespace().isEmpty() ? "" : selection.namespace() + "/");
        String from = start.isEmpty() ? prefix : resource.prefix() + start;
        if (!from.startsWith(prefix)) {
            from = from.compareTo(prefix) < 0 ? prefix : prefix + Character.MAX_VALUE;
        }
        List<CachedObject> items = new ArrayList<>();
        String token = "";
        try {
            Walk stored = store.walk(prefix, from, revision);
            while (token.isEmpty() && stored.hasNext()) {
                Optional<CachedObject> object = resource.decode(stored.next()).filter(selection::matches);
                if (object.isEmpty()) {
                    continue;
                }
                if (query.limit() > 0 && items.size() == query.limit()) {
                    token = new ContinueToken(revision, items.getLast().key() + '\0').encode();
                } else {
                    items.add(object.get());
                }
            }
        } catch (StorageException.Compacted e) {
            throw start.isEmpty()
                    ? StatusException.expired("The resourceVersion for the provided list is too old.")
                    : StatusException.expired(TOO_OLD_TOKEN)
                            .withContinue(new ContinueToken(ContinueToken.INCONSISTENT, start).encode());
        } catch (StorageException e) {
            throw Storing.translate(e);
        }
        return new Listing(version, items, revision, token, OptionalLong.empty());
    }

    /** Reads one object at the version asked for. */
    Optional<CachedObject> get(ServedVersion version, String namespace, String name, String resourceVersion) {
        if (resourceVersion.isEmpty()) {
            awaitNewest();
        } else {
            awaitVersion(revision(resourceVersion));
        }
        return version.registry().cache().snapshot().get(version.registry().key(namespace, name));
    }

    /** Reads a version that a client gave; 0 where it gave none. */
    static long revision(String resourceVersion) {
        if (resourceVersion.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseUnsignedLong(resourceVersion);
        } catch (NumberFormatException e) {
            throw StatusException.invalid(
                    "meta.k8s.io",
                    "ListOptions",
                    "",
                    List.of(FieldError.invalid(
                            "resourceVersion",
                            resourceVersion,
                            "strconv.ParseUint: parsing \"" + resourceVersion + "\": invalid syntax")));
        }
    }

    private static void checkOptions(ListQuery query) {
        List<FieldError> errors = new ArrayList<>();
        if (query.sendInitialEvents()) {
            errors.add(FieldError.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
        String match = query.resourceVersionMatch();
        if (!match.isEmpty()) {
            if (query.resourceVersion().isEmpty()) {
                errors.add(FieldError.forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden unless resourceVersion is provided"));
            }
            if (!query.continueToken().isEmpty()) {
                errors.add(FieldError.forbidden(
                        "resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
            }
            if (!match.equals("Exact") && !match.equals("NotOlderThan")) {
                errors.add(
                        FieldError.notSupported("resourceVersionMatch", match, List.of("Exact", "NotOlderThan", "")));
            }
            if (match.equals("Exact") && query.resourceVersion().equals("0")) {
                errors.add(FieldError.forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid("meta.k8s.io", "ListOptions", "", errors);
        }
    }
}
