package io.flotilla.scheduler.object;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code TopologySpreadConstraint}.
 *
 * @param hard whether it forbids nodes ({@code DoNotSchedule}) or makes them worse
 * @param honorAffinity whether only nodes that the pod's node affinity admits count
 * @param honorTaints whether only nodes whose taints the pod tolerates count
 */
public record SpreadConstraint(
        int maxSkew,
        String topologyKey,
        boolean hard,
        LabelQuery selector,
        int minDomains,
        boolean honorAffinity,
        boolean honorTaints) {

    static List<SpreadConstraint> all(
            @Nullable List<PodDocument.SpreadConstraint> constraints, Map<String, String> labels) {
        return PodSpec.list(constraints).stream()
                .map(constraint -> of(constraint, labels))
                .toList();
    }

    private static SpreadConstraint of(PodDocument.SpreadConstraint constraint, Map<String, String> labels) {
        return new SpreadConstraint(
                constraint.maxSkew(),
                constraint.topologyKey(),
                "DoNotSchedule".equals(constraint.whenUnsatisfiable()),
                LabelQuery.of(constraint.labelSelector(), constraint.matchLabelKeys(), null, labels),
                constraint.minDomains() == null ? 1 : constraint.minDomains(),
                !"Ignore".equals(constraint.nodeAffinityPolicy()),
                "Honor".equals(constraint.nodeTaintsPolicy()));
    }
}
