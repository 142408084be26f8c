package io.flotilla.apiserver.registry.workload;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;
import java.util.Set;

/** Horizontal pod autoscalers. */
public final class AutoscalerStrategy extends KindStrategy {

    public AutoscalerStrategy() {
        super(Names::subdomain, Shape.STATUS);
    }

    @Override
    protected void check(WriteContext context, Field autoscaler, Findings findings) {
        Field spec = autoscaler.at("spec");
        Field min = spec.at("minReplicas");
        Field max = spec.at("maxReplicas");
        if (min.isSet() && min.number() < 1) {
            findings.invalid(min, "must be greater than or equal to 1");
        }
        if (max.number() < 1) {
            findings.invalid(max, max.number(), "must be greater than 0");
        }
        if (min.isSet() && max.number() < min.number()) {
            findings.invalid(max, max.number(), "must be greater than or equal to `minReplicas`");
        }
        Field target = spec.at("scaleTargetRef");
        for (String name : List.of("kind", "name")) {
            if (target.text(name).isEmpty()) {
                findings.required(target.at(name));
            } else {
                findings.invalid(target.at(name), Names.pathSegment(target.text(name)));
            }
        }
        for (Field metric : spec.at("metrics").items()) {
            findings.requiredOneOf(
                    metric.at("type"), Set.of("ContainerResource", "External", "Object", "Pods", "Resource"));
        }
    }
}
