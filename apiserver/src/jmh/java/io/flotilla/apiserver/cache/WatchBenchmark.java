package io.flotilla.apiserver.cache;

import io.flotilla.apiserver.benchmark.SamplePod;
import io.flotilla.apiserver.storage.Versioned;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.pcollections.TreePMap;

/** One event, framed once and taken by 100 watches. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class WatchBenchmark {
    private static final int WATCHES = 100;
    private static final String KEY = "default/web";

    private final AtomicLong progress = new AtomicLong(10);
    private final SelectableFields fields = SelectableFields.of("", "pods");
    private final ResourceCache cache = filled();
    private final List<Watcher<byte[]>> watches = IntStream.range(0, WATCHES)
            .mapToObj(_ -> cache.watch(Selection.ALL, FORM, OptionalLong.of(10), false, false, () -> {}))
            .toList();
    private final byte[] pod = SamplePod.json(1);
    private long revision = 10;

    private static final WatchForm<byte[]> FORM = new WatchForm<>() {
        @Override
        public byte[] frame(WatchEventType type, CachedObject object) {
            return object.json().clone();
        }

        @Override
        public byte[] bookmark(long revision, boolean initialEventsEnd) {
            return new byte[0];
        }

        @Override
        public byte[] cast(Object frame) {
            return (byte[]) frame;
        }
    };

    private ResourceCache filled() {
        ResourceCache empty = new ResourceCache("/registry/pods/", true, fields, progress::get, System::nanoTime);
        empty.reset(TreePMap.empty(), 10);
        return empty;
    }

    @Benchmark
    public int fanOutTo100() {
        revision++;
        Set<Watcher<?>> toWake = new HashSet<>();
        CachedObject object = StoredForm.decode(KEY, new Versioned(KEY, pod, revision), fields);
        cache.apply(KEY, Optional.of(object), revision, toWake);
        progress.set(revision);
        toWake.forEach(Watcher::wake);
        int taken = 0;
        for (Watcher<byte[]> watch : watches) {
            while (watch.next().isPresent()) {
                taken++;
            }
        }
        return taken;
    }
}
