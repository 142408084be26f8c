package io.flotilla.apiserver.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.proto.node.Usage;
import io.flotilla.proto.node.UsageReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NodeSamplerTest {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger pauses = new AtomicInteger();
    private final NodeSampler sampler = new NodeSampler(nanos::get, pauses::incrementAndGet);
    private boolean answers = true;

    private Optional<Sample> ask() {
        int number = asked.incrementAndGet();
        return answers
                ? Optional.of(Sample.of(UsageReply.newBuilder()
                        .setNode(Usage.newBuilder().setCpuCoreNanos(number))
                        .build()))
                : Optional.empty();
    }

    private Optional<Samples> samples() throws InterruptedException {
        return sampler.samples(this::ask);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static long number(Sample sample) {
        return sample.node().cpuCoreNanos();
    }

    @Test
    void theFirstQuestionTakesTwoSamples() throws Exception {
        Samples samples = samples().orElseThrow();
        assertThat(List.of(number(samples.earlier()), number(samples.later()))).containsExactly(1L, 2L);
        assertThat(pauses).hasValue(1);
    }

    @Test
    void anAnswerServesUntilItIsOld() throws Exception {
        samples();
        pass(Duration.ofSeconds(14));
        assertThat(number(samples().orElseThrow().later())).isEqualTo(2);
        pass(Duration.ofSeconds(1));
        Samples next = samples().orElseThrow();
        assertThat(List.of(number(next.earlier()), number(next.later()))).containsExactly(2L, 3L);
        assertThat(pauses).hasValue(1);
    }

    @Test
    void afterALongTimeItBeginsAnew() throws Exception {
        samples();
        assertThat(sampler.isForgotten()).isFalse();
        pass(NodeSampler.KEPT);
        assertThat(sampler.isForgotten()).isTrue();
        Samples next = samples().orElseThrow();
        assertThat(List.of(number(next.earlier()), number(next.later()))).containsExactly(3L, 4L);
        assertThat(pauses).hasValue(2);
    }

    @Test
    void aSilentNodeIsNotAskedAgainAtOnce() throws Exception {
        answers = false;
        assertThat(samples()).isEmpty();
        answers = true;
        assertThat(samples()).isEmpty();
        assertThat(asked).hasValue(1);
        pass(Duration.ofSeconds(5));
        assertThat(samples()).isPresent();
    }

    @Test
    void whoAskAtTheSameTimeShareTheSamples() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Optional<Samples>> slow = () -> sampler.samples(() -> {
                begun.countDown();
                awaitUninterruptibly(release);
                return ask();
            });
            List<Future<Optional<Samples>>> all = new ArrayList<>();
            all.add(threads.submit(slow));
            begun.await();
            all.add(threads.submit(slow));
            all.add(threads.submit(slow));
            release.countDown();
            for (Future<Optional<Samples>> each : all) {
                assertThat(each.get().map(Samples::later).map(NodeSamplerTest::number))
                        .contains(2L);
            }
        }
        assertThat(asked).hasValue(2);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
