package io.flotilla.controllermanager.namespace;

import io.fabric8.kubernetes.api.model.NamespaceCondition;
import io.fabric8.kubernetes.api.model.NamespaceConditionBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The conditions by which a namespace that is being deleted says what holds it up. */
final class NamespaceConditions {
    private NamespaceConditions() {}

    /** Returns the conditions after an attempt; transition times stay where the status does. */
    static List<NamespaceCondition> after(NamespaceContent.Left left, List<NamespaceCondition> present, String now) {
        List<NamespaceCondition> next = new ArrayList<>();
        next.add(condition(
                "NamespaceDeletionDiscoveryFailure",
                left.discoveryFailure().isPresent(),
                "DiscoveryFailed",
                "Discovery failed for some groups, 1 failing: "
                        + left.discoveryFailure().orElse(""),
                "ResourcesDiscovered",
                "All resources successfully discovered"));
        next.add(condition(
                "NamespaceDeletionGroupVersionParsingFailure",
                false,
                "",
                "",
                "ParsedGroupVersions",
                "All legacy kube types successfully parsed"));
        next.add(condition(
                "NamespaceDeletionContentFailure",
                !left.failures().isEmpty(),
                "ContentDeletionFailed",
                "Failed to delete all resource types, " + left.failures().size() + " remaining: "
                        + left.failures().stream().sorted().collect(Collectors.joining(", ")),
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization"));
        next.add(condition(
                "NamespaceContentRemaining",
                !left.remaining().isEmpty(),
                "SomeResourcesRemain",
                "Some resources are remaining: " + listed(left.remaining(), " has "),
                "ContentRemoved",
                "All content successfully removed"));
        next.add(condition(
                "NamespaceFinalizersRemaining",
                !left.finalizers().isEmpty(),
                "SomeFinalizersRemain",
                "Some content in the namespace has finalizers remaining: " + listed(left.finalizers(), " in "),
                "ContentHasNoFinalizers",
                "All content-preserving finalizers finished"));
        return next.stream().map(condition -> dated(condition, present, now)).toList();
    }

    private static String listed(Map<String, Integer> counts, String verb) {
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + verb + entry.getValue() + " resource instances")
                .collect(Collectors.joining(", "));
    }

    private static NamespaceCondition condition(
            String type, boolean bad, String badReason, String badMessage, String goodReason, String goodMessage) {
        return new NamespaceConditionBuilder()
                .withType(type)
                .withStatus(bad ? "True" : "False")
                .withReason(bad ? badReason : goodReason)
                .withMessage(bad ? badMessage : goodMessage)
                .build();
    }

    private static NamespaceCondition dated(
            NamespaceCondition condition, List<NamespaceCondition> present, String now) {
        String since = present.stream()
                .filter(before -> before.getType().equals(condition.getType())
                        && before.getStatus().equals(condition.getStatus()))
                .map(NamespaceCondition::getLastTransitionTime)
                .findFirst()
                .orElse(now);
        condition.setLastTransitionTime(since);
        return condition;
    }
}
