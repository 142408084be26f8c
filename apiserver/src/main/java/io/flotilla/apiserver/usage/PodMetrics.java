package io.flotilla.apiserver.usage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The resource {@code pods} of metrics.k8s.io: of each pod that runs, what its containers use. Nothing of it is kept. */
public final class PodMetrics implements SubresourceHandler {
    private final Supplier<Measured> there;

    /** @param there what is to be measured; fetched when the first client asks */
    public PodMetrics(Supplier<Measured> there) {
        this.there = there;
    }

    @Override
    public ObjectNode read(WriteContext context) {
        String key = context.namespace() + "/" + context.name();
        CachedObject pod = there.get().pod(key).orElseThrow(() -> StatusException.notFound("", "pods", context.name()));
        return show(context, List.of(pod)).stream()
                .findFirst()
                .orElseThrow(() -> StatusException.notFound("metrics.k8s.io", "podmetrics", key));
    }

    @Override
    public List<ObjectNode> list(WriteContext context, Selection selection) {
        return show(context, there.get().pods(selection));
    }

    private List<ObjectNode> show(WriteContext context, List<CachedObject> pods) {
        Measured measured = there.get();
        Map<String, CachedObject> nodes = new LinkedHashMap<>();
        for (CachedObject pod : pods) {
            measured.node(measured.nodeOf(pod)).ifPresent(node -> nodes.put(node.name(), node));
        }
        Map<String, Samples> samples = measured.scraper().samples(nodes.values());
        List<ObjectNode> shown = new ArrayList<>();
        for (CachedObject pod : pods) {
            Samples ofNode = samples.get(measured.nodeOf(pod));
            Map<String, Rate> containers = ofNode == null ? Map.of() : ofNode.pod(pod.key());
            if (!containers.isEmpty()) {
                shown.add(show(context, pod, containers));
            }
        }
        return shown;
    }

    private static ObjectNode show(WriteContext context, CachedObject pod, Map<String, Rate> containers) {
        ObjectNode object = Measured.object(context, pod);
        Collections.min(containers.values(), Comparator.comparing(Rate::end)).writeTime(object);
        ArrayNode array = object.putArray("containers");
        containers.forEach((name, rate) ->
                rate.writeUsage(array.addObject().put("name", name).putObject("usage")));
        return object;
    }
}
