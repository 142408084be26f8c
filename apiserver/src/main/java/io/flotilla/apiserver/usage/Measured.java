package io.flotilla.apiserver.usage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.ResourceCache;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.schema.Times;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The nodes and pods that there are to be measured, from the watch cache, and who measures them. */
public final class Measured {
    private final ResourceCache nodes;
    private final ResourceCache pods;
    private final int nodeName;
    private final Scraper scraper;

    public Measured(Registry registry, Scraper scraper) {
        this.nodes = cache(registry, "nodes");
        this.pods = cache(registry, "pods");
        this.nodeName = pods.selectable().indexOf("spec.nodeName").orElseThrow();
        this.scraper = scraper;
    }

    private static ResourceCache cache(Registry registry, String resource) {
        return registry.served(registry.of("", resource))
                .map(ServedVersion::registry)
                .orElseThrow()
                .cache();
    }

    Scraper scraper() {
        return scraper;
    }

    Optional<CachedObject> node(String name) {
        return nodes.snapshot().get(name);
    }

    /** @param key {@code namespace/name} */
    Optional<CachedObject> pod(String key) {
        return pods.snapshot().get(key);
    }

    /** Name of the node on which a pod is; empty if it is on none. */
    String nodeOf(CachedObject pod) {
        return pod.field(nodeName);
    }

    List<CachedObject> nodes(Selection selection) {
        return selected(nodes, selection);
    }

    List<CachedObject> pods(Selection selection) {
        return selected(pods, selection);
    }

    private static List<CachedObject> selected(ResourceCache cache, Selection selection) {
        List<CachedObject> selected = new ArrayList<>();
        Iterator<CachedObject> all = cache.snapshot().from(selection.namespace(), "");
        while (all.hasNext()) {
            CachedObject each = all.next();
            if (selection.matches(each)) {
                selected.add(each);
            }
        }
        return selected;
    }

    /** What measures of an object begin with: its name and its labels. */
    static ObjectNode object(WriteContext context, CachedObject measured) {
        ObjectNode object = JsonNodeFactory.instance
                .objectNode()
                .put("kind", context.resource().kind())
                .put("apiVersion", context.resource().apiVersion());
        ObjectNode metadata = object.putObject("metadata").put("name", measured.name());
        if (!measured.namespace().isEmpty()) {
            metadata.put("namespace", measured.namespace());
        }
        metadata.put("creationTimestamp", Times.format(context.now()));
        if (!measured.labels().isEmpty()) {
            ObjectNode labels = metadata.putObject("labels");
            measured.labels().forEach(labels::put);
        }
        return object;
    }
}
