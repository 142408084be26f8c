package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.benchmark.SamplePod;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.SelectableFields;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.storage.Versioned;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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

/** The body of a list, gathered from the bytes of 5,000 pods. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ListBenchmark {
    private static final int PODS = 5_000;
    private static final byte[] HEAD =
            "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[".getBytes(StandardCharsets.UTF_8);

    private final List<CachedObject> items = IntStream.range(0, PODS)
            .mapToObj(i -> StoredForm.decode(
                    "default/web-" + i,
                    new Versioned("/registry/pods/default/web-" + i, SamplePod.json(i), i + 1L),
                    SelectableFields.of("", "pods")))
            .toList();

    @Benchmark
    public long gatherListOf5000() {
        ListBody body =
                new ListBody(HEAD, items, item -> new ListBody.Slice(item.json(), item.bodyOffset()), ListBody.TAIL);
        long sent = 0;
        for (Optional<ByteBuf> piece = body.next(PooledByteBufAllocator.DEFAULT);
                piece.isPresent();
                piece = body.next(PooledByteBufAllocator.DEFAULT)) {
            sent += piece.get().readableBytes();
            piece.get().release();
        }
        return sent;
    }
}
