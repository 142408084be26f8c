package io.flotilla.apiserver.registry.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodWarnings;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.request.DeleteOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replication controllers: replica sets of the first days, with a selector of plain pairs. */
public final class ReplicationControllerStrategy extends KindStrategy {

    public ReplicationControllerStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public DeleteOptions.Propagation defaultPropagation() {
        return DeleteOptions.Propagation.ORPHAN;
    }

    @Override
    public void warn(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
        PodWarnings.ofOwner(object, old, context.warn(), "template");
    }

    @Override
    protected void check(WriteContext context, Field controller, Findings findings) {
        Field spec = controller.at("spec");
        findings.nonNegative(spec.at("minReadySeconds"));
        if (spec.at("selector").isEmpty()) {
            findings.required(spec.at("selector"));
        }
        findings.nonNegative(spec.at("replicas"));
        TemplateRules.checkTemplate(spec, true, "ReplicationController", findings);
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field controller, Field old, Findings findings) {
        TemplateRules.checkCounts(
                controller.at("status"),
                List.of("fullyLabeledReplicas", "readyReplicas", "availableReplicas"),
                findings);
    }
}
