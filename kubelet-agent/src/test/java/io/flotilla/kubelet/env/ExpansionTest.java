package io.flotilla.kubelet.env;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExpansionTest {
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "plain, plain",
        "$(A), one",
        "x$(A)y$(B)z, xoneytwoz",
        "$(C), $(C)",
        "$$(A), $(A)",
        "$$$(A), $one",
        "$A, $A",
        "$(A, $(A",
        "100$, 100$"
    })
    void onlyKnownNamesInParenthesesAreReplaced(String text, String expanded) {
        assertThat(Expansion.expand(text, Map.of("A", "one", "B", "two")::get)).isEqualTo(expanded);
    }
}
