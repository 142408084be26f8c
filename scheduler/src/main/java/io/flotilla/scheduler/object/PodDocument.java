package io.flotilla.scheduler.object;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a Pod that scheduling reads; the parser skips all others. */
record PodDocument(
        Metadata metadata, @Nullable Spec spec, @Nullable Status status) {

    record Metadata(
            @Nullable String namespace,
            String name,
            @Nullable String uid,
            @Nullable String resourceVersion,
            @Nullable Long generation,
            @Nullable String creationTimestamp,
            @Nullable String deletionTimestamp,
            @Nullable Map<String, String> labels) {}

    record Spec(
            @Nullable String nodeName,
            @Nullable String schedulerName,
            @Nullable Integer priority,
            @Nullable String preemptionPolicy,
            @Nullable List<Container> containers,
            @Nullable List<Container> initContainers,
            @Nullable Requirements resources,
            @Nullable Map<String, String> overhead,
            @Nullable Map<String, String> nodeSelector,
            @Nullable Affinity affinity,
            @Nullable List<TolerationField> tolerations,
            @Nullable List<Gate> schedulingGates,
            @Nullable List<SpreadConstraint> topologySpreadConstraints) {}

    record Container(
            @Nullable String image,
            @Nullable String restartPolicy,
            @Nullable Requirements resources,
            @Nullable List<Port> ports) {}

    record Requirements(@Nullable Map<String, String> requests) {}

    record Port(
            @Nullable Integer hostPort,
            @Nullable String hostIP,
            @Nullable String protocol) {}

    record TolerationField(
            @Nullable String key,
            @Nullable String operator,
            @Nullable String value,
            @Nullable String effect) {}

    record Gate(String name) {}

    record Affinity(
            @Nullable NodeAffinity nodeAffinity,
            @Nullable PodAffinity podAffinity,
            @Nullable PodAffinity podAntiAffinity) {}

    record NodeAffinity(
            @Nullable Selector requiredDuringSchedulingIgnoredDuringExecution,
            @Nullable List<PreferredNodes> preferredDuringSchedulingIgnoredDuringExecution) {}

    record Selector(@Nullable List<Term> nodeSelectorTerms) {}

    record PreferredNodes(int weight, @Nullable Term preference) {}

    record Term(
            @Nullable List<Expression> matchExpressions,
            @Nullable List<Expression> matchFields) {}

    record Expression(String key, String operator, @Nullable List<String> values) {}

    record PodAffinity(
            @Nullable List<AffinityTerm> requiredDuringSchedulingIgnoredDuringExecution,
            @Nullable List<PreferredPods> preferredDuringSchedulingIgnoredDuringExecution) {}

    record PreferredPods(int weight, @Nullable AffinityTerm podAffinityTerm) {}

    record AffinityTerm(
            @Nullable LabelSelectorField labelSelector,
            @Nullable List<String> namespaces,
            @Nullable LabelSelectorField namespaceSelector,
            String topologyKey,
            @Nullable List<String> matchLabelKeys,
            @Nullable List<String> mismatchLabelKeys) {}

    record LabelSelectorField(
            @Nullable Map<String, String> matchLabels,
            @Nullable List<Expression> matchExpressions) {}

    record SpreadConstraint(
            int maxSkew,
            String topologyKey,
            String whenUnsatisfiable,
            @Nullable LabelSelectorField labelSelector,
            @Nullable Integer minDomains,
            @Nullable String nodeAffinityPolicy,
            @Nullable String nodeTaintsPolicy,
            @Nullable List<String> matchLabelKeys) {}

    record Status(
            @Nullable String phase,
            @Nullable String nominatedNodeName,
            @Nullable List<ConditionField> conditions) {}

    record ConditionField(
            String type,
            String status,
            @Nullable String reason,
            @Nullable String message,
            @Nullable String lastTransitionTime) {}
}
