package io.flotilla.scheduler.object;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed {@code LabelSelector}.
 *
 * @param nothing whether there was none, which matches nothing; an empty one matches everything
 */
public record LabelQuery(boolean nothing, List<Requirement> requirements) {
    private static final LabelQuery NOTHING = new LabelQuery(true, List.of());

    /**
     * Parses a selector and narrows it by the pod's own labels.
     *
     * @param match keys whose value must be the pod's own
     * @param mismatch keys whose value must not be the pod's own
     */
    static LabelQuery of(
            PodDocument.@Nullable LabelSelectorField selector,
            @Nullable List<String> match,
            @Nullable List<String> mismatch,
            Map<String, String> own) {
        if (selector == null) {
            return NOTHING;
        }
        List<Requirement> requirements = new ArrayList<>();
        if (selector.matchLabels() != null) {
            selector.matchLabels().forEach((key, value) -> requirements.add(Requirement.in(key, value)));
        }
        requirements.addAll(Requirement.all(selector.matchExpressions()));
        for (String key : PodSpec.list(match)) {
            String value = own.get(key);
            if (value != null) {
                requirements.add(Requirement.in(key, value));
            }
        }
        for (String key : PodSpec.list(mismatch)) {
            String value = own.get(key);
            if (value != null) {
                requirements.add(Requirement.of(new PodDocument.Expression(key, "NotIn", List.of(value))));
            }
        }
        return new LabelQuery(false, List.copyOf(requirements));
    }

    public boolean matches(Map<String, String> labels) {
        if (nothing) {
            return false;
        }
        for (int i = 0; i < requirements.size(); i++) {
            if (!requirements.get(i).matches(labels)) {
                return false;
            }
        }
        return true;
    }
}
