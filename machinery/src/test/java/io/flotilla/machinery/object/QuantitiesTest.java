package io.flotilla.machinery.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantitiesTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1000, 1",
        "100m, 100, 1",
        "1500m, 1500, 2",
        "0.5, 500, 1",
        "64Mi, 67108864000, 67108864",
        "1k, 1000000, 1000",
        "1e3, 1000000, 1000",
        "1E, 1000000000000000000000, 1000000000000000000",
        "1n, 1, 1",
        "0, 0, 0"
    })
    void suffixesScaleAndFractionsRoundUp(String text, String milli, long value) {
        Quantity quantity = new Quantity(text);

        assertThat(Quantities.value(quantity)).isEqualTo(value);
        long expected = new java.math.BigDecimal(milli)
                .min(java.math.BigDecimal.valueOf(Long.MAX_VALUE))
                .longValue();
        assertThat(Quantities.milliValue(quantity)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "1x", "1Kib", "--1", "1e"})
    void whatIsNoQuantityIsRefused(String text) {
        assertThatThrownBy(() -> Quantities.parse(text)).isInstanceOf(NumberFormatException.class);
    }

    @Test
    void noQuantityIsZero() {
        assertThat(Quantities.value(null)).isZero();
    }
}
