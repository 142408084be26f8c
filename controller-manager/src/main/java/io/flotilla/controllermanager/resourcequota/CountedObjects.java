package io.flotilla.controllermanager.resourcequota;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.quota.QuotaUsage;
import io.flotilla.machinery.quota.QuotaUsage.Counted;
import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The objects of one resource while a quota counts them.
 *
 * @param informer shared with others, or one of {@code own}
 * @param handler hears of changes until the close
 * @param own informers that live as long as this
 */
record CountedObjects<T extends HasMetadata>(Informer<T> informer, EventHandler<T> handler, Optional<Informers> own)
        implements AutoCloseable {

    /** Hears of what may change a count. */
    interface Listener {
        /** An object was created, and charged by the API server if that knew the quota. */
        void created(Counted resource, String namespace);

        /** An object has gone, or uses up something else than before. */
        void changed(Counted resource, String namespace);

        /** Says whether changes in the namespace matter. */
        boolean listensTo(String namespace);
    }

    /** Begins to tell the listener. */
    static <T extends HasMetadata> CountedObjects<T> of(
            Counted resource, Informer<T> informer, Optional<Informers> own, Listener listener, Clock clock) {
        QuotaUsage usage = resource.usage();
        EventHandler<T> handler = new EventHandler<>() {
            @Override
            public void onAdd(T object) {
                listener.created(resource, namespace(object));
            }

            @Override
            public void onUpdate(T before, T now) {
                if (listener.listensTo(namespace(now)) && differ(document(before), document(now))) {
                    listener.changed(resource, namespace(now));
                }
            }

            private boolean differ(JsonNode before, JsonNode now) {
                Instant instant = clock.instant();
                return usage.handlesUpdate(now, before)
                        || !usage.amounts(now, instant).equals(usage.amounts(before, instant));
            }

            @Override
            public void onDelete(T last) {
                listener.changed(resource, namespace(last));
            }
        };
        informer.addHandler(handler);
        own.ifPresent(Informers::start);
        return new CountedObjects<>(informer, handler, own);
    }

    private static String namespace(HasMetadata object) {
        return ObjectKey.of(object).namespace();
    }

    private static JsonNode document(HasMetadata object) {
        return ObjectJson.mapper().valueToTree(object);
    }

    /** Returns the objects of a namespace as documents. */
    List<JsonNode> in(String namespace) {
        return informer.lister().list(namespace).stream()
                .map(CountedObjects::document)
                .toList();
    }

    boolean hasSynced() {
        return informer.hasSynced();
    }

    @Override
    public void close() {
        informer.removeHandler(handler);
        own.ifPresent(Informers::close);
    }
}
