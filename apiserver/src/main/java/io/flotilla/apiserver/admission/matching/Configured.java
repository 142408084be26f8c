package io.flotilla.apiserver.admission.matching;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.registry.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What the objects of one resource of admissionregistration.k8s.io say, in the order of their names. They are read anew
 * whenever one of them changes; otherwise a question costs a look at the watch cache. Safe from any thread.
 */
public final class Configured<T> {
    public static final String GROUP = "admissionregistration.k8s.io";

    private final ResourceCache cache;
    private final Function<JsonNode, List<T>> reader;
    private volatile Reading<T> last = new Reading<>(Map.of(), List.of());

    private record Reading<T>(Map<String, CachedObject> objects, List<T> items) {}

    /** @param reader what one object says */
    public Configured(Registry registry, String resource, Function<JsonNode, List<T>> reader) {
        this.cache = registry.served(registry.of(GROUP, resource))
                .orElseThrow()
                .registry()
                .cache();
        this.reader = reader;
    }

    @SuppressWarnings("ReferenceEquality") // maps of the cache are told apart by identity
    public List<T> now() {
        Map<String, CachedObject> objects = cache.snapshot().objects();
        Reading<T> current = last;
        if (current.objects() == objects) {
            return current.items();
        }
        List<T> items = new ArrayList<>();
        for (CachedObject object : objects.values()) {
            items.addAll(reader.apply(StoredForm.parse(object)));
        }
        Reading<T> read = new Reading<>(objects, List.copyOf(items));
        last = read;
        return read.items();
    }
}
