package io.flotilla.controllermanager.pod;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Many requests at once, on virtual threads; how many of them are under way, the client bounds. */
public final class Batches {
    private Batches() {}

    /**
     * What became of a run.
     *
     * @param successes how many calls returned
     * @param failure the first failure, if any
     */
    public record Outcome(int successes, Optional<RuntimeException> failure) {}

    /**
     * Calls with 0 up to the count in batches of 1, 2, 4 and so on, and stops after a batch with a failure: where every
     * call would fail, as under a quota, few are sent.
     */
    public static Outcome slowStart(int count, IntConsumer call) throws InterruptedException {
        int done = 0;
        int successes = 0;
        for (int size = Math.min(count, 1); size > 0; size = Math.min(2 * size, count - done)) {
            Outcome batch = run(done, size, call);
            successes += batch.successes();
            if (batch.failure().isPresent()) {
                return new Outcome(successes, batch.failure());
            }
            done += size;
        }
        return new Outcome(successes, Optional.empty());
    }

    /** Calls with 0 up to the count, all at once. */
    public static Outcome all(int count, IntConsumer call) throws InterruptedException {
        return run(0, count, call);
    }

    private static Outcome run(int from, int count, IntConsumer call) throws InterruptedException {
        if (count == 1) {
            return one(from, call);
        }
        List<Future<?>> calls = new ArrayList<>(count);
        Optional<RuntimeException> failure = Optional.empty();
        int successes = 0;
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("batch-", 0).factory())) {
            for (int i = 0; i < count; i++) {
                int index = from + i;
                calls.add(executor.submit(() -> call.accept(index)));
            }
            for (Future<?> running : calls) {
                try {
                    running.get();
                    successes++;
                } catch (ExecutionException e) {
                    RuntimeException cause =
                            e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
                    failure = failure.or(() -> Optional.of(cause));
                }
            }
        }
        return new Outcome(successes, failure);
    }

    private static Outcome one(int index, IntConsumer call) {
        try {
            call.accept(index);
            return new Outcome(1, Optional.empty());
        } catch (RuntimeException e) {
            return new Outcome(0, Optional.of(e));
        }
    }
}
