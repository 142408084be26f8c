package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Strategy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events as events.k8s.io takes them; both groups keep them in the form of the core group. */
class EventsTest {
    private static final String GOOD =
            "involvedObject: {namespace: 'default', name: 'p'}, eventTime: '2026-01-02T03:04:05.000000Z', type: 'Normal',"
                    + " reportingComponent: 'a.b/c', reportingInstance: 'c-1', action: 'Do', reason: 'Done'";

    private final Kind events = new Kind("", "v1", "events");
    private final Strategy strict = events.kinds
            .versionStrategy(
                    Kind.SCHEMA.resource("events.k8s.io", "v1", "events").orElseThrow())
            .orElseThrow();

    private List<String> strictly(String text) {
        return Kind.told(strict.validate(events.context(""), events.prepared(text)));
    }

    private List<String> updated(String before, String after) {
        ObjectNode now = events.stored(after);
        return Kind.told(strict.validateUpdate(events.context("it"), now, events.stored(before)));
    }

    @Test
    void a_full_report_is_taken() {
        assertThat(strictly("{" + GOOD + "}")).isEmpty();
        assertThat(strictly("{" + GOOD + ", series: {count: 2, lastObservedTime: '2026-01-02T03:04:05.000000Z'}}"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            type: 'Odd' | type: Invalid value: "": has invalid value: Odd
            type: '' | type: Invalid value: "": has invalid value:
            firstTimestamp: '2026-01-02T03:04:05Z' | firstTimestamp: Invalid value: "": needs to be unset
            lastTimestamp: '2026-01-02T03:04:05Z' | lastTimestamp: Invalid value: "": needs to be unset
            count: 1 | count: Invalid value: "": needs to be unset
            source: {component: 'c'} | source: Invalid value: "": needs to be unset
            series: {count: 1, lastObservedTime: '2026-01-02T03:04:05.000000Z'} | series.count: Invalid value: "": should be at least 2
            series: {count: 2} | series.lastObservedTime: Required value
            reportingComponent: 'a b' | reportingController: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            action: '' | action: Required value
            reason: '' | reason: Required value
            reportingInstance: '' | reportingInstance: Required value
            involvedObject: {} , metadata: {namespace: 'other'} | involvedObject.namespace: Invalid value: "": does not match event.namespace
            """)
    void a_bad_report_is_refused_for_one_reason(String fields, String finding) {
        assertThat(strictly("{" + GOOD + ", " + fields + "}").stream()
                        .map(String::strip)
                        .toList())
                .containsExactly(finding);
    }

    @Test
    void an_event_of_old_passes_in_the_core_group_alone() {
        String old = "{involvedObject: {namespace: 'default'}, count: 3, firstTimestamp: '2026-01-02T03:04:05Z'}";
        assertThat(events.refusals(old)).isEmpty();
        assertThat(strictly(old))
                .containsExactly(
                        "eventTime: Required value",
                        "type: Invalid value: \"\": has invalid value: ",
                        "firstTimestamp: Invalid value: \"\": needs to be unset",
                        "count: Invalid value: \"\": needs to be unset");
    }

    @Test
    void only_the_series_of_a_report_changes() {
        String before = "{" + GOOD + "}";
        String series = ", series: {count: %d, lastObservedTime: '2026-01-02T03:04:05.000000Z'}}";
        assertThat(updated(before, "{" + GOOD + series.formatted(2))).isEmpty();
        assertThat(updated(before, "{" + GOOD + series.formatted(1)))
                .containsExactly("series.count: Invalid value: \"\": should be at least 2");
        List<String> changed = new ArrayList<>();
        for (String field : List.of(
                "involvedObject: {namespace: 'default', name: 'q'}",
                "reason: 'Other'",
                "message: 'm'",
                "source: {component: 'c'}",
                "firstTimestamp: '2026-01-02T03:04:05Z'",
                "lastTimestamp: '2026-01-02T03:04:05Z'",
                "count: 5",
                "type: 'Warning'",
                "eventTime: '2027-01-02T03:04:05.000000Z'",
                "action: 'Other'",
                "related: {name: 'r'}",
                "reportingComponent: 'x.y/z'",
                "reportingInstance: 'c-2'")) {
            updated(before, "{" + GOOD + ", " + field + "}").stream()
                    .map(each -> each.substring(0, each.indexOf(':')) + each.substring(each.lastIndexOf(':')))
                    .distinct()
                    .forEach(changed::add);
            assertThat(events.updateRefusals(before, "{" + GOOD + ", " + field + "}"))
                    .isEmpty();
        }
        assertThat(changed)
                .containsExactly(
                        "involvedObject: field is immutable",
                        "reason: field is immutable",
                        "message: field is immutable",
                        "source: field is immutable",
                        "firstTimestamp: field is immutable",
                        "lastTimestamp: field is immutable",
                        "count: field is immutable",
                        "type: field is immutable",
                        "eventTime: field is immutable",
                        "action: field is immutable",
                        "related: field is immutable",
                        "reportingController: field is immutable",
                        "reportingInstance: field is immutable");
    }
}
