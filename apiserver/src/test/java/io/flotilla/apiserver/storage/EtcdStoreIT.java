package io.flotilla.apiserver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(600)
class EtcdStoreIT {
    @RegisterExtension
    static final EtcdExtension ETCD = new EtcdExtension(1);

    private static final AtomicInteger KEYS = new AtomicInteger();

    private final String key = "/registry/test/" + KEYS.incrementAndGet();
    // Longer than a member that was killed takes to come back, however busy the machine is.
    private final EtcdStore store = EtcdStore.open(ETCD.config(), StoreObserver.NONE, Duration.ofMinutes(2));

    @BeforeEach
    void isThere() {
        await().atMost(Duration.ofMinutes(2)).ignoreExceptions().untilAsserted(store::ping);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Written put(String value, long expected) {
        return store.put(key, bytes(value), expected, 0, Fencing.NONE);
    }

    private static long revision(Written written) {
        return ((Written.Done) written).revision();
    }

    @Test
    void aKeyIsCreatedOnce() {
        long revision = revision(put("a", 0));
        assertThat(put("b", 0))
                .isInstanceOfSatisfying(
                        Written.Lost.class,
                        lost -> assertThat(lost.current().orElseThrow().revision())
                                .isEqualTo(revision));
        assertThat(store.get(key).orElseThrow().value()).isEqualTo(bytes("a"));
    }

    @Test
    void aWriteAgainstAnOldRevisionLosesAndTellsTheCurrentValue() {
        long first = revision(put("a", 0));
        revision(put("b", first));
        assertThat(put("c", first))
                .isInstanceOfSatisfying(
                        Written.Lost.class,
                        lost -> assertThat(lost.current().orElseThrow().value()).isEqualTo(bytes("b")));
    }

    @Test
    void aFenceThatDoesNotHoldRefusesTheWrite() {
        Fencing.Fence mine = Fencing.Fence.of("kube-system", "lease-" + key.hashCode(), "me", 1);
        Fencing.Fence other = Fencing.Fence.of("kube-system", "lease-" + key.hashCode(), "other", 2);
        long revision = revision(store.put(key, bytes("a"), 0, 0, new Fencing(Optional.empty(), Optional.of(mine))));
        long second = revision(store.put(key, bytes("b"), revision, 0, Fencing.check(mine)));
        long third = revision(store.put(key, bytes("c"), second, 0, new Fencing(Optional.empty(), Optional.of(other))));
        assertThat(store.put(key, bytes("d"), third, 0, Fencing.check(mine))).isInstanceOf(Written.Fenced.class);
        assertThat(store.delete(key, third, Fencing.check(mine))).isInstanceOf(Written.Fenced.class);
        assertThat(store.get(key).orElseThrow().value()).isEqualTo(bytes("c"));
    }

    @Test
    void aRangeComesInPagesAtOneRevision() {
        for (int i = 0; i < 5; i++) {
            store.put(key + "/" + i, bytes("v"), 0, 0, Fencing.NONE);
        }
        Page first = store.range(key + "/", key + "/", 2, 0);
        store.put(key + "/9", bytes("late"), 0, 0, Fencing.NONE);
        assertThat(first.items()).hasSize(2);
        assertThat(first.more()).isTrue();
        assertThat(first.remaining()).isEqualTo(3);
        Page rest = store.range(key + "/", first.items().getLast().key() + '\0', 10, first.revision());
        assertThat(rest.items()).hasSize(3);
        assertThat(rest.more()).isFalse();
    }

    @Test
    void aWalkReadsEveryPageAtOneRevision() {
        List<String> keys = IntStream.range(0, 501)
                .mapToObj(i -> "%s/%03d".formatted(key, i))
                .toList();
        keys.forEach(each -> store.put(each, bytes("v"), 0, 0, Fencing.NONE));
        long before = store.currentRevision();
        Walk walk = store.walk(key + "/", key + "/", 0);
        store.put(key + "/late", bytes("v"), 0, 0, Fencing.NONE);

        List<String> found = new ArrayList<>();
        walk.forEachRemaining(each -> found.add(each.key()));
        assertThat(found).isEqualTo(keys);
        assertThat(walk.revision()).isEqualTo(before);
        assertThat(store.walk(key + "/", key + "/500", before).next().key()).isEqualTo(key + "/500");
        assertThat(store.walk(key + "/", key + "/500", before + 1)).toIterable().hasSize(2);
    }

    @Test
    void theWatchTellsEveryRevisionInOrder() throws InterruptedException {
        long before = store.currentRevision();
        long created = revision(put("a", 0));
        long updated = revision(put("b", created));
        store.delete(key, updated, Fencing.NONE);
        try (EtcdWatch watch = EtcdWatch.open(store, before + 1)) {
            List<EtcdWatch.Change> changes = new ArrayList<>();
            while (changes.size() < 3) {
                changes.addAll(watch.take());
            }
            assertThat(changes.stream().map(EtcdWatch.Change::revision)).containsExactly(created, updated, updated + 1);
            assertThat(changes.getLast()).isInstanceOf(EtcdWatch.Change.Delete.class);
        }
    }

    @Test
    void writesGoOnOverAKillAndNoneIsLostOrDoneTwice() throws Exception {
        AtomicInteger written = new AtomicInteger();
        FutureTask<Void> writing = new FutureTask<>(
                () -> {
                    long revision = 0;
                    for (int i = 0; i < 200; i++) {
                        revision = revision(put("value-" + i, revision));
                        written.incrementAndGet();
                    }
                },
                null);
        Thread.ofVirtual().start(writing);
        await().atMost(Duration.ofMinutes(2)).until(() -> written.get() >= 20 || writing.isDone());
        ETCD.kill(0);
        ETCD.start(0);
        writing.get();
        assertThat(written).hasValue(200);
        assertThat(store.get(key).orElseThrow().value()).isEqualTo(bytes("value-199"));
    }
}
