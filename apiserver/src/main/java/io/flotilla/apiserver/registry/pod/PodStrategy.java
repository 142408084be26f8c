package io.flotilla.apiserver.registry.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.machinery.pod.QosClass;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** The rules of pods. */
public final class PodStrategy extends KindStrategy {

    public PodStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        Field spec = Field.of(object).at("spec");
        ObjectNode status = object.putObject("status");
        status.put("phase", "Pending");
        status.put("qosClass", QosClass.of(spec.value()).text());
        if (spec.at("schedulingGates").size() > 0) {
            PodConditions.set(
                    object,
                    "PodScheduled",
                    "False",
                    "SchedulingGated",
                    "Scheduling is blocked due to non-empty scheduling gates",
                    context.now().truncatedTo(ChronoUnit.SECONDS));
        }
        MatchLabelKeys.apply(object);
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        if (old == null) {
            PodWarnings.ofPod(Field.of(object), context.warn());
        }
    }

    @Override
    protected void check(WriteContext context, Field pod, Findings findings) {
        Field spec = pod.at("spec");
        PodAnnotations.check(pod.at("metadata", "annotations"), spec, findings);
        PodSpecs.check(spec, pod.at("metadata").text("name"), true, findings);
        if (spec.at("ephemeralContainers").size() > 0) {
            findings.forbidden(spec.at("ephemeralContainers"), "cannot be set on create");
        }
        if (!spec.text("nodeName").isEmpty() && spec.at("schedulingGates").size() > 0) {
            findings.forbidden(spec.at("nodeName"), "cannot be set until all schedulingGates have been cleared");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field pod, Field old, Findings findings) {
        PodUpdateRules.check(pod, old, findings);
    }

    @Override
    public void prepareForStatusUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForStatusUpdate(context, object, old);
        ObjectNode status = Trees.child(object, "status");
        Trees.putDefault(status, "qosClass", Trees.text(old, "status", "qosClass"));
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field pod, Field old, Findings findings) {
        PodStatusRules.check(pod, old, findings);
    }

    /** A pod that never ran or runs no more has nothing to end gracefully. */
    @Override
    public long defaultGracePeriodSeconds(WriteContext context, ObjectNode object) {
        String phase = Trees.text(object, "status", "phase");
        boolean nothingRuns =
                Trees.text(object, "spec", "nodeName").isEmpty() || phase.equals("Failed") || phase.equals("Succeeded");
        long seconds = object.path("spec").path("terminationGracePeriodSeconds").asLong(0);
        return nothingRuns ? 0 : seconds < 0 ? 1 : seconds;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }
}
