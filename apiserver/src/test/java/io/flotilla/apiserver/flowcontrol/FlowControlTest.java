package io.flotilla.apiserver.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.request.User;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class FlowControlTest {
    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    /** Longer than any test waits for something else. */
    private static final Duration LONG = Duration.ofHours(1);

    private static final Attributes LIST_PODS = new Attributes("list", "", "v1", "pods", "", "default", "", "");
    private static final User ALICE = user("alice");
    private static final User BOB = user("bob");

    private final PrometheusRegistry metrics = new PrometheusRegistry();

    private static User user(String name) {
        return new User(name, "", List.of(User.AUTHENTICATED), Map.of());
    }

    private static final class Objects implements FlowControl.Source {
        private volatile List<JsonNode> objects;

        Objects(JsonNode... objects) {
            this.objects = List.of(objects);
        }

        @Override
        public Object state() {
            return objects;
        }

        @Override
        public List<JsonNode> objects() {
            return objects;
        }
    }

    private static JsonNode json(String text) {
        return JsonCodec.decodeAny(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode schema(String name, int precedence, String level, String user) {
        return json("""
                {'metadata': {'name': '%s', 'uid': 'uid-%s'},
                 'spec': {'matchingPrecedence': %d, 'priorityLevelConfiguration': {'name': '%s'},
                  'distinguisherMethod': {'type': 'ByUser'},
                  'rules': [{'subjects': [{'kind': 'User', 'user': {'name': '%s'}}],
                   'resourceRules': [{'verbs': ['list'], 'apiGroups': [''], 'resources': ['pods'], 'namespaces': ['*']}]}]}}
                """.formatted(name, name, precedence, level, user));
    }

    private static JsonNode level(String name, int shares, int lendable, String response) {
        return json("""
                {'metadata': {'name': '%s', 'uid': 'uid-%s'}, 'spec': {'type': 'Limited',
                 'limited': {'nominalConcurrencyShares': %d, 'lendablePercent': %d, 'limitResponse': %s}}}
                """.formatted(name, name, shares, lendable, response));
    }

    private static String queues(int queues, int hand, int length) {
        return "{'type': 'Queue', 'queuing': {'queues': %d, 'handSize': %d, 'queueLengthLimit': %d}}"
                .formatted(queues, hand, length);
    }

    private FlowControl control(Objects schemas, Objects levels, int seats, Duration patience) {
        return new FlowControl(schemas, levels, seats, patience, metrics, System::nanoTime);
    }

    /** Two seats for the one schema, a queue of two; the catch-all level has no share to speak of. */
    private FlowControl queued(Duration patience) {
        return control(
                new Objects(schema("lists", 10, "lists", "*")),
                new Objects(level("lists", 100, 0, queues(1, 1, 2)), level("catch-all", 0, 0, "{'type': 'Reject'}")),
                2,
                patience);
    }

    private double rejected(String reason) {
        return metrics.scrape(name -> name.equals("apiserver_flowcontrol_rejected_requests")).stream()
                .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
                .filter(point -> reason.equals(point.getLabels().get("reason")))
                .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
                .sum();
    }

    private static CompletableFuture<Ticket> later(FlowControl control, User user) {
        CompletableFuture<Ticket> ticket = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                ticket.complete(control.admit(user, LIST_PODS, 1));
            } catch (RuntimeException e) {
                ticket.completeExceptionally(e);
            }
        });
        return ticket;
    }

    private double waitingNow() {
        return metrics.scrape(name -> name.equals("apiserver_flowcontrol_current_inqueue_requests")).stream()
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .mapToDouble(point ->
                        ((io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot) point).getValue())
                .sum();
    }

    @Test
    void theSchemaOfLowestPrecedenceThatMatchesNamesTheLevel() {
        FlowControl control = control(
                new Objects(schema("late", 20, "second", "*"), schema("early", 10, "first", "alice")),
                new Objects(level("first", 10, 0, "{'type': 'Reject'}"), level("second", 10, 0, "{'type': 'Reject'}")),
                100,
                Duration.ZERO);

        assertThat(control.admit(ALICE, LIST_PODS, 1))
                .extracting(Ticket::schemaUid, Ticket::levelUid)
                .containsExactly("uid-early", "uid-first");
        assertThat(control.admit(BOB, LIST_PODS, 1).levelUid()).isEqualTo("uid-second");
    }

    @Test
    void aSchemaWhoseLevelDoesNotExistCountsForNothing() {
        FlowControl control = control(
                new Objects(schema("dangling", 1, "nowhere", "*"), schema("lists", 10, "first", "*")),
                new Objects(level("first", 10, 0, "{'type': 'Reject'}")),
                100,
                Duration.ZERO);

        assertThat(control.admit(ALICE, LIST_PODS, 1).schemaUid()).isEqualTo("uid-lists");
    }

    @Test
    void changedObjectsCountFromTheNextRequestOn() {
        Objects schemas = new Objects();
        FlowControl control =
                control(schemas, new Objects(level("first", 10, 0, "{'type': 'Reject'}")), 100, Duration.ZERO);
        assertThat(control.admit(ALICE, LIST_PODS, 1).schemaUid()).isEmpty();

        schemas.objects = List.of(schema("lists", 10, "first", "*"));
        assertThat(control.admit(ALICE, LIST_PODS, 1).schemaUid()).isEqualTo("uid-lists");
    }

    @Test
    void withoutObjectsMastersAreNeverHeldUpAndOthersShareTheSeats() {
        FlowControl control = control(new Objects(), new Objects(), 1, Duration.ZERO);
        User master = new User("root", "", List.of(User.MASTERS), Map.of());
        for (int i = 0; i < 5; i++) {
            control.admit(master, LIST_PODS, 1);
        }
        Ticket only = control.admit(ALICE, LIST_PODS, 1);
        assertThatExceptionOfType(OverloadException.class)
                .isThrownBy(() -> control.admit(BOB, LIST_PODS, 1))
                .withMessage("Too many requests, please try again later.");
        assertThat(rejected("concurrency-limit")).isEqualTo(1);
        only.close();
        control.admit(BOB, LIST_PODS, 1).close();
    }

    @Test
    void whatFindsNoSeatWaitsForOne() throws Exception {
        FlowControl control = queued(LONG);
        Ticket first = control.admit(ALICE, LIST_PODS, 1);
        control.admit(ALICE, LIST_PODS, 1);
        CompletableFuture<Ticket> waiting = later(control, ALICE);
        await().atMost(A_MINUTE).until(() -> waitingNow() == 1);
        assertThat(waiting).isNotDone();

        first.close();
        waiting.get().close();
    }

    @Test
    void aFullQueueRefuses() {
        FlowControl control = queued(LONG);
        control.admit(ALICE, LIST_PODS, 1);
        control.admit(ALICE, LIST_PODS, 1);
        List<CompletableFuture<Ticket>> waiting = List.of(later(control, ALICE), later(control, ALICE));
        await().atMost(A_MINUTE).until(() -> waitingNow() == 2);

        assertThatExceptionOfType(OverloadException.class)
                .isThrownBy(() -> control.admit(ALICE, LIST_PODS, 1))
                .satisfies(refusal -> assertThat(refusal.levelUid()).isEqualTo("uid-lists"));
        assertThat(rejected("queue-full")).isEqualTo(1);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void whoWaitsTooLongIsRefusedAndLeavesTheQueue() {
        FlowControl control = queued(Duration.ofMillis(20));
        Ticket first = control.admit(ALICE, LIST_PODS, 1);
        control.admit(ALICE, LIST_PODS, 1);
        assertThatExceptionOfType(OverloadException.class).isThrownBy(() -> control.admit(ALICE, LIST_PODS, 1));
        assertThat(rejected("time-out")).isEqualTo(1);

        first.close();
        control.admit(ALICE, LIST_PODS, 1).close();
    }

    @Test
    void aFlowOfManyDoesNotHoldUpAFlowOfFew() throws Exception {
        FlowControl control = control(
                new Objects(schema("lists", 10, "lists", "*")),
                new Objects(level("lists", 100, 0, queues(64, 1, 100)), level("catch-all", 0, 0, "{'type': 'Reject'}")),
                1,
                LONG);
        Ticket running = control.admit(ALICE, LIST_PODS, 1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int before = i;
            all.add(later(control, ALICE).thenAccept(ticket -> {
                order.add("alice");
                ticket.close();
            }));
            await().atMost(A_MINUTE).until(() -> waitingNow() == before + 1);
        }
        all.add(later(control, BOB).thenAccept(ticket -> {
            order.add("bob");
            ticket.close();
        }));
        await().atMost(A_MINUTE).until(() -> waitingNow() == 21);

        running.close();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        assertThat(order.indexOf("bob")).isLessThan(3);
    }

    @Test
    void idleSeatsAreLentButNotThoseThatTheLevelKeeps() {
        // Ten seats each; "lender" lends half of its own.
        FlowControl control = control(
                new Objects(schema("a", 10, "lender", "alice"), schema("b", 10, "borrower", "bob")),
                new Objects(
                        level("lender", 50, 50, "{'type': 'Reject'}"),
                        level("borrower", 50, 0, "{'type': 'Reject'}"),
                        level("catch-all", 0, 0, "{'type': 'Reject'}")),
                20,
                Duration.ZERO);
        for (int i = 0; i < 15; i++) {
            control.admit(BOB, LIST_PODS, 1);
        }
        assertThatExceptionOfType(OverloadException.class).isThrownBy(() -> control.admit(BOB, LIST_PODS, 1));
        for (int i = 0; i < 5; i++) {
            control.admit(ALICE, LIST_PODS, 1);
        }
        assertThatExceptionOfType(OverloadException.class).isThrownBy(() -> control.admit(ALICE, LIST_PODS, 1));
    }

    @Test
    void heavyRequestsTakeSeveralSeats() {
        FlowControl control = control(
                new Objects(schema("lists", 10, "lists", "*")),
                new Objects(
                        level("lists", 100, 0, "{'type': 'Reject'}"), level("catch-all", 0, 0, "{'type': 'Reject'}")),
                10,
                Duration.ZERO);
        Ticket heavy = control.admit(ALICE, LIST_PODS, 8);
        assertThatExceptionOfType(OverloadException.class).isThrownBy(() -> control.admit(ALICE, LIST_PODS, 3));
        heavy.close();
        control.admit(ALICE, LIST_PODS, 1_000).close();
    }

    @Test
    void aHandHasDifferentCardsAndIsTheSameForTheSameFlow() {
        for (long flow = 1; flow < 5_000_000_000L; flow = flow * 7 + 3) {
            List<Integer> hand = PriorityLevel.deal(flow, 64, 6);
            assertThat(new HashSet<>(hand)).hasSize(6);
            assertThat(hand).allMatch(card -> card >= 0 && card < 64);
            assertThat(PriorityLevel.deal(flow, 64, 6)).isEqualTo(hand);
        }
    }

    @Test
    void fixedLimitsCountReadsAndWritesApart() {
        FixedLimits limits = new FixedLimits(1, 1);
        Attributes create = new Attributes("create", "", "v1", "pods", "", "default", "", "");
        Ticket read = limits.admit(ALICE, LIST_PODS, 1);
        assertThatExceptionOfType(OverloadException.class).isThrownBy(() -> limits.admit(ALICE, LIST_PODS, 1));
        limits.admit(ALICE, create, 1);
        assertThatExceptionOfType(OverloadException.class).isThrownBy(() -> limits.admit(ALICE, create, 1));
        read.close();
        limits.admit(ALICE, LIST_PODS, 1);
    }
}
