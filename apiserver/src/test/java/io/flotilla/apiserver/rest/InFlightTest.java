package io.flotilla.apiserver.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class InFlightTest {
    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong now = new AtomicLong();
    private final InFlight inFlight = new InFlight(Duration.ofSeconds(60), timer, now::get);
    private final FakeExchange exchange = new FakeExchange("GET", "/api/v1/pods");

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void aRequestThatTakesTooLongIsAnsweredWithATimeoutAndItsLateAnswerDropped() {
        inFlight.add(exchange);
        now.addAndGet(Duration.ofSeconds(61).toNanos());

        await().atMost(A_MINUTE).until(exchange::isAnswered);
        exchange.respond(200, Unpooled.copiedBuffer("late", StandardCharsets.UTF_8));
        await().atMost(A_MINUTE).until(() -> !exchange.sentBody().isEmpty());
        assertThat(exchange.code()).isEqualTo(504);
        assertThat(exchange.sentBody())
                .contains("\"reason\":\"Timeout\"")
                .contains("Timeout: request did not complete within the allotted timeout")
                .doesNotContain("late");
    }

    @Test
    void aClientMayAskForAnEarlierEndButNotForALaterOne() {
        inFlight.add(exchange);
        inFlight.hasten(exchange, Duration.ofHours(1));
        assertThat(exchange.deadline()).isEqualTo(Duration.ofSeconds(60).toNanos());
        inFlight.hasten(exchange, Duration.ofSeconds(1));
        assertThat(exchange.deadline()).isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void whatIsExcusedHasNoLimit() {
        FakeExchange other = new FakeExchange("GET", "/api");
        inFlight.add(exchange);
        inFlight.add(other);
        inFlight.excuse(exchange);
        now.addAndGet(Duration.ofHours(1).toNanos());

        await().atMost(A_MINUTE).until(other::isAnswered);
        assertThat(exchange.isAnswered()).isFalse();
    }

    @Test
    void drainingWaitsForTheEndOfAStreamedAnswer() throws Exception {
        inFlight.add(exchange);
        BodyStream body = exchange.stream(200);
        Thread drained = Thread.ofVirtual().start(() -> inFlight.await(Duration.ofMinutes(1)));
        body.write(Unpooled.copiedBuffer("part", StandardCharsets.UTF_8));
        assertThat(drained.isAlive()).isTrue();
        body.end();

        drained.join();
        assertThat(exchange.sent()).isEqualTo(4);
    }

    @Test
    void aStreamAfterTheAnswerTakesNothing() {
        exchange.respond(200, Unpooled.EMPTY_BUFFER);
        BodyStream late = exchange.stream(200);
        boolean[] closed = new boolean[1];
        late.onWritable(() -> {}, () -> closed[0] = true);

        assertThat(late.isWritable()).isFalse();
        assertThat(closed[0]).isTrue();
    }
}
