package io.flotilla.scheduler.object;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.flotilla.machinery.object.SlimObject;
import io.flotilla.machinery.scheme.ResourceType;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A pod as scheduling reads it. Immutable. */
@JsonDeserialize(using = PodInfo.Reader.class)
public final class PodInfo extends SlimObject {
    public static final ResourceType<PodInfo> TYPE = new ResourceType<>("", "v1", "pods", "Pod", true, PodInfo.class);

    private static final long serialVersionUID = 1L;
    private static final Interner<PodSpec> SPECS = new Interner<>();

    /** The PodScheduled condition. */
    public record Condition(String status, String reason, String message, String lastTransitionTime) {}

    private final transient PodSpec spec;
    private final String uid;
    private final String nodeName;
    private final String nominatedNodeName;
    private final transient @Nullable Condition scheduled;
    private final long createdAt;
    private final long generation;
    private final boolean deleting;
    private final boolean finished;

    static final class Reader extends JsonDeserializer<PodInfo> {
        @Override
        public PodInfo deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return new PodInfo(context.readValue(parser, PodDocument.class));
        }
    }

    private PodInfo(PodDocument document) {
        PodDocument.Metadata meta = document.metadata();
        PodDocument.Status status = document.status();
        super(meta.namespace(), meta.name(), meta.uid(), meta.resourceVersion());
        spec = SPECS.intern(PodSpec.of(document));
        uid = meta.uid() == null ? "" : meta.uid();
        String node = document.spec() == null ? null : document.spec().nodeName();
        nodeName = node == null ? "" : node;
        String nominated = status == null ? null : status.nominatedNodeName();
        nominatedNodeName = nominated == null ? "" : nominated;
        scheduled = nodeName.isEmpty() ? condition(status) : null;
        createdAt = meta.creationTimestamp() == null
                ? 0
                : Instant.parse(meta.creationTimestamp()).toEpochMilli();
        generation = meta.generation() == null ? 0 : meta.generation();
        deleting = meta.deletionTimestamp() != null;
        String phase = status == null || status.phase() == null ? "" : status.phase();
        finished = phase.equals("Succeeded") || phase.equals("Failed");
    }

    private PodInfo(PodInfo pod, String nodeName) {
        super(pod);
        spec = pod.spec;
        uid = pod.uid;
        this.nodeName = nodeName;
        nominatedNodeName = pod.nominatedNodeName;
        scheduled = pod.scheduled;
        createdAt = pod.createdAt;
        generation = pod.generation;
        deleting = pod.deleting;
        finished = pod.finished;
    }

    private static @Nullable Condition condition(PodDocument.@Nullable Status status) {
        if (status == null) {
            return null;
        }
        for (PodDocument.ConditionField condition : PodSpec.list(status.conditions())) {
            if (condition.type().equals("PodScheduled")) {
                return new Condition(
                        condition.status(),
                        condition.reason() == null ? "" : condition.reason(),
                        condition.message() == null ? "" : condition.message(),
                        condition.lastTransitionTime() == null ? "" : condition.lastTransitionTime());
            }
        }
        return null;
    }

    public String namespace() {
        return key().namespace();
    }

    public String name() {
        return key().name();
    }

    public String uid() {
        return uid;
    }

    public PodSpec spec() {
        return spec;
    }

    /** Returns the node that the pod is bound to, empty for none. */
    public String nodeName() {
        return nodeName;
    }

    /** Returns the node that preemption makes room on, empty for none. */
    public String nominatedNodeName() {
        return nominatedNodeName;
    }

    /** Returns the PodScheduled condition of a pod that is not bound. */
    public Optional<Condition> scheduledCondition() {
        return Optional.ofNullable(scheduled);
    }

    /** Returns milliseconds since the epoch. */
    public long createdAt() {
        return createdAt;
    }

    public long generation() {
        return generation;
    }

    /** Says whether the pod is being deleted. */
    public boolean deleting() {
        return deleting;
    }

    /** Says whether the pod has succeeded or failed, and so takes nothing of its node any more. */
    public boolean finished() {
        return finished;
    }

    /** Returns the pod as it will be once it is bound. */
    public PodInfo on(String node) {
        return new PodInfo(this, node);
    }

    @Override
    protected ResourceType<?> type() {
        return TYPE;
    }
}
