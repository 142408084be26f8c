package io.flotilla.machinery.object;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "1000m, 1",
        "0.5, 500m",
        "1500, 1500",
        "1000, 1k",
        "1024, 1024",
        "1Ki, 1Ki",
        "1024Ki, 1Mi",
        "0.5Gi, 512Mi",
        "0.5Ki, 512",
        "1.5Gi, 1536Mi",
        "1e3, 1e3",
        "1E3, 1e3",
        "1E, 1E",
        "100000n, 100u",
        "0.0000000001, 1n",
        "0, 0",
        "-1000m, -1",
        "+5, 5",
        "1., 1",
        ".5, 500m",
        "123456789M, 123456789M",
        "9999999999999999999, 9223372036854775807"
    })
    void prints_the_canonical_form(String written, String canonical) {
        assertThat(Quantity.parse(written)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "abc", "1Kib", "1 Gi", "1..2", "Mi", "1ki", "1e", "1mi", "0x10"})
    void refuses_what_is_no_quantity(String text) {
        assertThat(Quantity.tryParse(text)).isNull();
    }

    @Test
    void compares_amounts_whatever_their_suffix() {
        assertThat(Quantity.parse("1Gi")).isEqualByComparingTo(Quantity.parse("1073741824"));
        assertThat(Quantity.parse("100m")).isLessThan(Quantity.parse("0.2"));
    }
}
