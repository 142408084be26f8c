package io.flotilla.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RevisionProbeTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
    private final BlockingQueue<CompletableFuture<Long>> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> pauses = new LinkedBlockingQueue<>();
    private final SynchronousQueue<Long> goOn = new SynchronousQueue<>();
    private final RevisionProbe probe = new RevisionProbe(this::ask, clock::get, this::pause);

    @Test
    void aReaderNeverJoinsAProbeUnderWay() throws Exception {
        Reader early = read();
        CompletableFuture<Long> first = asked.take();
        Reader late = read();
        first.complete(1L);
        assertThat(early.result().get()).isEqualTo(1);
        asked.take().complete(2L);
        assertThat(late.result().get()).isEqualTo(2);
        assertThat(pauses).isEmpty();
    }

    @Test
    void manyReadersShareAProbeAndTheNextOneWaitsForMore() throws Exception {
        Reader early = read();
        CompletableFuture<Long> first = asked.take();
        List<Reader> together = readers(5);
        first.complete(1L);
        early.result().get();
        CompletableFuture<Long> second = asked.take();
        Reader further = read();
        clock.addAndGet(RevisionProbe.GAP / 4);
        second.complete(2L);
        for (Reader each : together) {
            assertThat(each.result().get()).isEqualTo(2);
        }
        assertThat(pauses.take()).isEqualTo(RevisionProbe.GAP * 3 / 4);
        Reader last = read();
        assertThat(asked).isEmpty();
        goOn.put(0L);
        asked.take().complete(3L);
        assertThat(further.result().get()).isEqualTo(3);
        assertThat(last.result().get()).isEqualTo(3);
    }

    @Test
    void whatComesLaterThanTheGapIsAskedAtOnce() throws Exception {
        Reader early = read();
        CompletableFuture<Long> first = asked.take();
        List<Reader> together = readers(3);
        first.complete(1L);
        early.result().get();
        asked.take().complete(2L);
        for (Reader each : together) {
            assertThat(each.result().get()).isEqualTo(2);
        }
        clock.addAndGet(RevisionProbe.GAP);
        Reader late = read();
        asked.take().complete(3L);
        assertThat(late.result().get()).isEqualTo(3);
        assertThat(pauses).isEmpty();
    }

    @Test
    void aFailureIsToldToThoseWhoAskedAndToNobodyElse() throws Exception {
        Reader unlucky = read();
        asked.take().completeExceptionally(new IllegalStateException("no answer"));
        assertThatThrownBy(unlucky.result()::get).hasCauseInstanceOf(IllegalStateException.class);
        Reader lucky = read();
        asked.take().complete(7L);
        assertThat(lucky.result().get()).isEqualTo(7);
    }

    private record Reader(CompletableFuture<Long> result) {}

    private List<Reader> readers(int count) {
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            readers.add(read());
        }
        return readers;
    }

    /** A reader that has begun to wait. */
    private Reader read() {
        CompletableFuture<Long> result = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(probe.revision());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        await().until(() -> thread.getState() == Thread.State.WAITING);
        return new Reader(result);
    }

    private long ask() {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        asked.add(answer);
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private void pause(long nanos) {
        pauses.add(nanos);
        try {
            goOn.take();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
