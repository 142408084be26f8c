package io.flotilla.machinery.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LabelSelectorsTest {
    private static final Map<String, String> LABELS = Map.of("app", "web", "tier", "front");

    @Test
    void noSelectorMatchesNothingAndAnEmptyOneEverything() {
        assertThat(LabelSelectors.matches((LabelSelector) null, LABELS)).isFalse();
        assertThat(LabelSelectors.matches(new LabelSelector(), LABELS)).isTrue();
        assertThat(LabelSelectors.matches(new LabelSelector(), null)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "app, In, web, true",
        "app, In, db, false",
        "none, In, web, false",
        "app, NotIn, web, false",
        "app, NotIn, db, true",
        "none, NotIn, web, true",
        "app, Exists, , true",
        "none, Exists, , false",
        "app, DoesNotExist, , false",
        "none, DoesNotExist, , true"
    })
    void theFourOperators(String key, String operator, String value, boolean matches) {
        LabelSelector selector = new LabelSelectorBuilder()
                .addToMatchExpressions(requirement(key, operator, value))
                .build();

        assertThat(LabelSelectors.matches(selector, LABELS)).isEqualTo(matches);
    }

    @Test
    void labelsAndExpressionsMustAllMatch() {
        LabelSelector selector = new LabelSelectorBuilder()
                .addToMatchLabels("app", "web")
                .addToMatchExpressions(requirement("tier", "NotIn", "front"))
                .build();

        assertThat(LabelSelectors.matches(selector, LABELS)).isFalse();
        assertThat(LabelSelectors.matches(Map.of("app", "web"), LABELS)).isTrue();
    }

    private static LabelSelectorRequirement requirement(String key, String operator, @Nullable String value) {
        return new LabelSelectorRequirement(key, operator, value == null ? List.of() : List.of(value));
    }
}
