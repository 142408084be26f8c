package io.flotilla.machinery.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class ApiEventRecorderTest {
    private static final ObjectReference POD = new ObjectReferenceBuilder()
            .withApiVersion("v1")
            .withKind("Pod")
            .withNamespace("default")
            .withName("web")
            .withUid("u1")
            .build();

    private final FakeCluster cluster = new FakeCluster();
    private final ResourceClient<Event> events = cluster.resource(ResourceTypes.EVENTS);
    private final ApiEventRecorder recorder = new ApiEventRecorder(events, "kubelet", "node-1", Clock.systemUTC());

    @BeforeEach
    void start() {
        recorder.start();
    }

    @AfterEach
    void close() {
        recorder.close();
    }

    private List<Event> written() {
        return events.list(ListOptions.ALL).items();
    }

    @Test
    void anEventNamesItsObjectItsSourceAndItsTimes() {
        recorder.normal(POD, "Pulled", "Container image present");

        await().until(() -> written().size() == 1);
        Event event = written().getFirst();
        assertThat(event.getInvolvedObject()).isEqualTo(POD);
        assertThat(event.getType()).isEqualTo("Normal");
        assertThat(event.getCount()).isEqualTo(1);
        assertThat(event.getSource().getHost()).isEqualTo("node-1");
        assertThat(event.getFirstTimestamp()).isEqualTo(event.getLastTimestamp());
        assertThat(event.getMetadata().getName()).startsWith("web.");
    }

    @Test
    void aRepeatedEventRaisesTheCountOfTheFirst() {
        for (int i = 0; i < 5; i++) {
            recorder.warning(POD, "BackOff", "Back-off restarting failed container");
        }

        await().untilAsserted(() -> assertThat(written())
                .singleElement()
                .extracting(Event::getCount)
                .isEqualTo(5));
    }

    @Test
    void eventsOfOneMomentHaveNamesOfTheirOwn() {
        try (ApiEventRecorder momentary = new ApiEventRecorder(
                events, "kubelet", "node-1", Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC))) {
            momentary.start();
            momentary.normal(POD, "Created", "Created container");
            momentary.normal(POD, "Started", "Started container");

            await().untilAsserted(() ->
                    assertThat(written()).extracting(Event::getReason).containsExactly("Created", "Started"));
        }
    }

    @Test
    void manyAlikeAreCombined() {
        for (int i = 0; i < 15; i++) {
            recorder.warning(POD, "Unhealthy", "probe failed: " + i);
        }

        await().untilAsserted(() -> assertThat(written())
                .extracting(Event::getMessage)
                .contains("(combined from similar events): probe failed: 14"));
        assertThat(written()).hasSize(15);
    }

    @Test
    void anObjectThatTellsOfMuchIsHeardAgainEveryFiveMinutes() {
        AtomicLong halfSeconds = new AtomicLong();
        Clock clock = ((InstantSource) () -> Instant.EPOCH.plusMillis(500 * halfSeconds.incrementAndGet()))
                .withZone(ZoneOffset.UTC);
        try (ApiEventRecorder busy = new ApiEventRecorder(events, "kubelet", "node-1", clock)) {
            busy.start();
            for (int i = 0; i < 700; i++) {
                busy.normal(POD, "Reason" + i, "message");
            }
            busy.normal(new ObjectReferenceBuilder(POD).withName("other").build(), "Last", "message");

            await().until(() ->
                    written().stream().anyMatch(event -> event.getReason().equals("Last")));
            assertThat(written())
                    .as("25 at once, one after 300 s, and the last")
                    .hasSize(27);
        }
    }

    @Test
    void oneObjectCannotFloodTheCluster() {
        for (int i = 0; i < 60; i++) {
            recorder.normal(POD, "Reason" + i, "message");
        }
        ObjectReference other =
                new ObjectReferenceBuilder(POD).withName("other").build();
        recorder.normal(other, "Last", "message");

        await().until(() ->
                written().stream().anyMatch(event -> event.getReason().equals("Last")));
        assertThat(written()).hasSize(26);
    }
}
