package io.flotilla.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TimesTest {
    @Test
    void timesAreInUtcAndWholeSeconds() {
        assertThat(Times.canonical("2008-01-01T01:01:01Z")).isEqualTo("2008-01-01T01:01:01Z");
        assertThat(Times.canonical("2008-01-01T01:01:01.999+02:00")).isEqualTo("2007-12-31T23:01:01Z");
        assertThat(Times.canonical("2008-01-31T00:00:00Z")).isEqualTo("2008-01-31T00:00:00Z");
    }

    @Test
    void microTimesHaveSixDigits() {
        assertThat(Times.canonicalMicro("2008-01-01T01:01:00Z")).isEqualTo("2008-01-01T01:01:00.000000Z");
        assertThat(Times.canonicalMicro("2008-01-01T01:01:00.0010019Z")).isEqualTo("2008-01-01T01:01:00.001001Z");
    }

    @Test
    void whatIsNoTimeFails() {
        assertThatThrownBy(() -> Times.canonical("yesterday"))
                .hasMessageStartingWith("parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse");
        assertThatThrownBy(() -> Times.canonical("2008-13-01T01:01:01Z")).isInstanceOf(TypeErrorException.class);
    }

    @Test
    void durationsArePrintedAsGoDoes() {
        assertThat(Durations.canonical("90s")).isEqualTo("1m30s");
        assertThat(Durations.canonical("1h")).isEqualTo("1h0m0s");
        assertThat(Durations.canonical("1500ms")).isEqualTo("1.5s");
        assertThat(Durations.canonical("3ns")).isEqualTo("3ns");
        assertThat(Durations.canonical("0")).isEqualTo("0s");
        assertThatThrownBy(() -> Durations.canonical("5")).hasMessage("time: missing unit in duration \"5\"");
        assertThatThrownBy(() -> Durations.canonical("5y")).hasMessage("time: unknown unit \"y\" in duration \"5y\"");
    }
}
