package io.flotilla.machinery.workqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class WorkQueueTest {
    private final AtomicLong now = new AtomicLong();
    private final WorkQueue<String> queue =
            new WorkQueue<>("test", new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10)), now::get);

    @Test
    void aKeyAddedTwiceComesOnce() throws InterruptedException {
        queue.add("a");
        queue.add("a");
        queue.add("b");

        assertThat(queue.take()).contains("a");
        assertThat(queue.take()).contains("b");
        assertThat(queue.size()).isZero();
    }

    @Test
    void aKeyAddedWhileItIsWorkedOnComesAgainOnlyAfterThat() throws InterruptedException {
        queue.add("a");
        assertThat(queue.take()).contains("a");
        queue.add("a");
        assertThat(queue.size()).isZero();

        queue.done("a");
        assertThat(queue.take()).contains("a");
    }

    @Test
    void aDelayedKeyComesWhenItIsDueAndTheEarliestDelayCounts() throws InterruptedException {
        queue.addAfter("late", Duration.ofSeconds(5));
        queue.addAfter("late", Duration.ofSeconds(2));
        queue.add("now");
        assertThat(queue.take()).contains("now");
        queue.done("now");

        now.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(queue.take()).contains("late");
        queue.done("late");

        now.addAndGet(Duration.ofSeconds(5).toNanos());
        queue.add("now");
        assertThat(queue.take()).as("the later delay is void").contains("now");
        assertThat(queue.size()).isZero();
    }

    @Test
    void delaysGrowWithFailuresUntilForgotten() throws InterruptedException {
        queue.addRateLimited("a");
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(queue.take()).contains("a");
        queue.done("a");

        queue.addRateLimited("a");
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        queue.add("b");
        assertThat(queue.take()).as("the second delay is two seconds").contains("b");
        queue.done("b");
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(queue.take()).contains("a");

        assertThat(queue.failures("a")).isEqualTo(2);
        queue.forget("a");
        assertThat(queue.failures("a")).isZero();
    }

    @Test
    void closingWakesTheWaiting() throws Exception {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                ended.complete(queue.take().isEmpty());
            } catch (InterruptedException e) {
                ended.completeExceptionally(e);
            }
        });

        queue.close();

        assertThat(ended.get(60, TimeUnit.SECONDS)).isTrue();
        waiting.join();
    }

    @Test
    void noKeyIsEverWithTwoWorkersAtOnceAndNoneIsLost() throws InterruptedException {
        int keys = 20;
        int rounds = 200;
        WorkQueue<Integer> shared = new WorkQueue<>("shared");
        ConcurrentHashMap<Integer, Integer> busy = new ConcurrentHashMap<>();
        ConcurrentHashMap<Integer, Integer> wanted = new ConcurrentHashMap<>();
        ConcurrentHashMap<Integer, Integer> seen = new ConcurrentHashMap<>();
        AtomicInteger overlaps = new AtomicInteger();
        CountDownLatch caughtUp = new CountDownLatch(keys);
        Workers<Integer> workers = new Workers<>(
                "shared",
                shared,
                key -> {
                    if (busy.put(key, key) != null) {
                        overlaps.incrementAndGet();
                    }
                    int state = wanted.get(key);
                    Thread.onSpinWait();
                    busy.remove(key);
                    Integer before = seen.put(key, state);
                    if (state == rounds && (before == null || before != rounds)) {
                        caughtUp.countDown();
                    }
                    return Reconciler.Result.done();
                },
                8);
        workers.start();
        for (int round = 1; round <= rounds; round++) {
            for (int key = 0; key < keys; key++) {
                wanted.put(key, round);
                shared.add(key);
            }
        }

        assertThat(caughtUp.await(120, TimeUnit.SECONDS)).isTrue();
        workers.close();
        assertThat(overlaps).hasValue(0);
    }

    @Test
    void aFailingReconcilerIsCalledAgain() throws InterruptedException {
        WorkQueue<String> failing =
                new WorkQueue<>("failing", new Backoff(Duration.ofMillis(1), Duration.ofMillis(5)), System::nanoTime);
        CountDownLatch third = new CountDownLatch(3);
        Workers<String> workers = new Workers<>(
                "failing",
                failing,
                _ -> {
                    third.countDown();
                    if (third.getCount() > 0) {
                        throw new IllegalStateException("not yet");
                    }
                    return Reconciler.Result.done();
                },
                1);
        workers.start();

        failing.add("a");

        assertThat(third.await(60, TimeUnit.SECONDS)).isTrue();
        workers.close();
    }
}
