package io.flotilla.apiserver.usage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The resource {@code nodes} of metrics.k8s.io: of each node that answers, what it uses. Nothing of it is kept. */
public final class NodeMetrics implements SubresourceHandler {
    private final Supplier<Measured> there;

    /** @param there what is to be measured; fetched when the first client asks */
    public NodeMetrics(Supplier<Measured> there) {
        this.there = there;
    }

    @Override
    public ObjectNode read(WriteContext context) {
        CachedObject node = there.get()
                .node(context.name())
                .orElseThrow(() -> StatusException.notFound("", "node", context.name()));
        return show(context, List.of(node)).stream()
                .findFirst()
                .orElseThrow(() -> StatusException.notFound("metrics.k8s.io", "nodemetrics", context.name()));
    }

    @Override
    public List<ObjectNode> list(WriteContext context, Selection selection) {
        return show(context, there.get().nodes(selection));
    }

    private List<ObjectNode> show(WriteContext context, List<CachedObject> nodes) {
        Map<String, Samples> samples = there.get().scraper().samples(nodes);
        List<ObjectNode> shown = new ArrayList<>();
        for (CachedObject node : nodes) {
            Optional<Rate> rate = Optional.ofNullable(samples.get(node.name())).flatMap(Samples::node);
            rate.ifPresent(used -> {
                ObjectNode object = Measured.object(context, node);
                used.writeTime(object);
                used.writeUsage(object.putObject("usage"));
                shown.add(object);
            });
        }
        return shown;
    }
}
