package io.flotilla.scheduler.object;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.flotilla.machinery.object.SlimObject;
import io.flotilla.machinery.scheme.ResourceType;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node as scheduling reads it, without its pods. Immutable. */
@JsonDeserialize(using = NodeFacts.Reader.class)
public final class NodeFacts extends SlimObject {
    public static final ResourceType<NodeFacts> TYPE =
            new ResourceType<>("", "v1", "nodes", "Node", false, NodeFacts.class);

    private static final long serialVersionUID = 1L;
    private static final String REGION = "topology.kubernetes.io/region";
    private static final String ZONE = "topology.kubernetes.io/zone";

    private final transient Map<String, String> labels;
    private final boolean unschedulable;
    private final transient List<Taint> taints;
    private final transient Resources allocatable;
    private final int allowedPods;
    private final transient Map<String, Long> images;

    static final class Reader extends JsonDeserializer<NodeFacts> {
        @Override
        public NodeFacts deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return new NodeFacts(context.readValue(parser, NodeDocument.class));
        }
    }

    private NodeFacts(NodeDocument document) {
        NodeDocument.Metadata meta = document.metadata();
        NodeDocument.Spec spec = document.spec();
        NodeDocument.Status status = document.status();
        super(null, meta.name(), meta.uid(), meta.resourceVersion());
        labels = meta.labels() == null ? Map.of() : Map.copyOf(meta.labels());
        unschedulable = spec != null && Boolean.TRUE.equals(spec.unschedulable());
        taints = spec == null
                ? List.of()
                : PodSpec.list(spec.taints()).stream()
                        .map(taint -> new Taint(
                                taint.key(),
                                taint.value() == null ? "" : taint.value(),
                                Taint.Effect.of(taint.effect())))
                        .toList();
        Map<String, String> amounts = status == null ? null : status.allocatable();
        allocatable = Resources.of(amounts);
        allowedPods = amounts == null || !amounts.containsKey("pods")
                ? 0
                : (int) Math.min(Integer.MAX_VALUE, Resources.units(amounts.get("pods")));
        images = images(status);
    }

    private static Map<String, Long> images(NodeDocument.@Nullable Status status) {
        Map<String, Long> sizes = new HashMap<>();
        if (status != null) {
            for (NodeDocument.Image image : PodSpec.list(status.images())) {
                for (String imageName : PodSpec.list(image.names())) {
                    sizes.put(imageName, image.sizeBytes() == null ? 0 : image.sizeBytes());
                }
            }
        }
        return Map.copyOf(sizes);
    }

    public String name() {
        return key().name();
    }

    public Map<String, String> labels() {
        return labels;
    }

    /** Says whether the node is cordoned. */
    public boolean unschedulable() {
        return unschedulable;
    }

    public List<Taint> taints() {
        return taints;
    }

    public Resources allocatable() {
        return allocatable;
    }

    /** Returns how many pods the node takes. */
    public int allowedPods() {
        return allowedPods;
    }

    /** Returns the sizes in bytes of the images that are on the node, by each of their names. */
    public Map<String, Long> images() {
        return images;
    }

    /** Returns region and zone in one, empty where the node tells neither. */
    public String zone() {
        String region = labels.getOrDefault(REGION, "");
        String zone = labels.getOrDefault(ZONE, "");
        return region.isEmpty() && zone.isEmpty() ? "" : region + '\0' + zone;
    }

    @Override
    protected ResourceType<?> type() {
        return TYPE;
    }
}
