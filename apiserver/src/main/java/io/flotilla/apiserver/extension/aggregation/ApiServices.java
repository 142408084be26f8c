package io.flotilla.apiserver.extension.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ServedVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The APIServices in the watch cache, read anew whenever one has changed. Safe from any thread. */
public final class ApiServices {
    private final ResourceCache cache;
    private volatile State state = new State(null, List.of(), Map.of());

    /** One reading. */
    private record State(@Nullable Object source, List<Read> all, Map<String, ApiService> remote) {}

    /** An object and what it says. */
    record Read(ApiService service, ObjectNode object) {}

    public ApiServices(Registry registry) {
        cache = registry.served(registry.of("apiregistration.k8s.io", "apiservices"))
                .map(ServedVersion::registry)
                .orElseThrow()
                .cache();
    }

    @SuppressWarnings("ReferenceEquality") // readings are told apart by identity
    private State state() {
        State current = state;
        Map<String, CachedObject> objects = cache.snapshot().objects();
        if (current.source() == objects) {
            return current;
        }
        List<Read> all = new ArrayList<>();
        Map<String, ApiService> remote = new HashMap<>();
        for (CachedObject each : objects.values()) {
            ObjectNode object = StoredForm.parse(each);
            ApiService service = ApiService.of(object);
            all.add(new Read(service, object));
            if (service.backend().isPresent()) {
                remote.put(service.path(), service);
            }
        }
        State read = new State(objects, List.copyOf(all), Map.copyOf(remote));
        state = read;
        return read;
    }

    /** Every one, by name. The trees are not to be changed. */
    List<Read> all() {
        return state().all();
    }

    /** Changes, by identity, with any of them. */
    Object version() {
        return state().all();
    }

    /** Who else serves what is at the path of a version, such as {@code /apis/metrics.k8s.io/v1beta1}, or below it. */
    public Optional<ApiService> remote(String path) {
        Map<String, ApiService> remote = state().remote();
        if (remote.isEmpty()) {
            return Optional.empty();
        }
        int segments = path.startsWith("/apis/") ? 3 : path.startsWith("/api/") ? 2 : 0;
        int end = 0;
        for (int i = 0; i < segments; i++) {
            int slash = path.indexOf('/', end + 1);
            end = slash < 0 ? path.length() : slash;
        }
        return Optional.ofNullable(remote.get(path.substring(0, end)));
    }
}
