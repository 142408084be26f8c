package io.flotilla.machinery.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {

    @ParameterizedTest
    @CsvSource({"0, PT0S", "500ms, PT0.5S", "1.5s, PT1.5S", "1h30m, PT1H30M", "2m3s, PT2M3S"})
    void goDurationsAreRead(String text, String expected) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.parse(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "5x", "1s2", "-1s"})
    void whatIsNoDurationIsRefusedByName(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).hasMessageContaining("'" + text + "' is not a duration");
    }
}
