package io.flotilla.machinery.object;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Matching of {@code metav1.LabelSelector}. */
public final class LabelSelectors {
    private LabelSelectors() {}

    /**
     * Says whether the labels satisfy the selector. No selector matches nothing, an empty one everything: the rule of
     * {@code metav1.LabelSelectorAsSelector}.
     */
    public static boolean matches(@Nullable LabelSelector selector, @Nullable Map<String, String> labels) {
        if (selector == null) {
            return false;
        }
        Map<String, String> present = labels == null ? Map.of() : labels;
        if (selector.getMatchLabels() != null && !matches(selector.getMatchLabels(), present)) {
            return false;
        }
        List<LabelSelectorRequirement> requirements = selector.getMatchExpressions();
        if (requirements != null) {
            for (LabelSelectorRequirement requirement : requirements) {
                if (!matches(requirement, present)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Says whether the labels hold every pair of the map selector, as in a Service or a ReplicationController. */
    public static boolean matches(Map<String, String> selector, @Nullable Map<String, String> labels) {
        Map<String, String> present = labels == null ? Map.of() : labels;
        for (Map.Entry<String, String> wanted : selector.entrySet()) {
            if (!wanted.getValue().equals(present.get(wanted.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(LabelSelectorRequirement requirement, Map<String, String> labels) {
        String value = labels.get(requirement.getKey());
        return switch (requirement.getOperator()) {
            case "In" -> value != null && requirement.getValues().contains(value);
            case "NotIn" -> value == null || !requirement.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default ->
                throw new IllegalArgumentException(
                        "\"" + requirement.getOperator() + "\" is not a valid label selector operator");
        };
    }
}
