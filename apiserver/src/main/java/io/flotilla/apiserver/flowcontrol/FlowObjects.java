package io.flotilla.apiserver.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.registry.Registry;
import java.util.ArrayList;
import java.util.List;

/** Flow schemas or priority levels in the watch cache. */
public final class FlowObjects implements FlowControl.Source {
    private final ResourceCache cache;

    private FlowObjects(ResourceCache cache) {
        this.cache = cache;
    }

    public static FlowObjects of(Registry registry, String resource) {
        return registry.all().stream()
                .filter(each -> each.resource().resource().equals(resource)
                        && each.resource().group().equals("flowcontrol.apiserver.k8s.io"))
                .findFirst()
                .map(each -> new FlowObjects(each.cache()))
                .orElseThrow();
    }

    @Override
    public Object state() {
        return cache.snapshot().objects();
    }

    @Override
    public List<JsonNode> objects() {
        List<JsonNode> objects = new ArrayList<>();
        for (CachedObject each : cache.snapshot().objects().values()) {
            objects.add(StoredForm.parse(each));
        }
        return objects;
    }
}
