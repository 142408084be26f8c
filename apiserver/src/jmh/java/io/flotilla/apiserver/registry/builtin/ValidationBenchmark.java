package io.flotilla.apiserver.registry.builtin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.benchmark.SamplePod;
import io.flotilla.apiserver.registry.Strategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.request.FieldError;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Validation of a new pod. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ValidationBenchmark {
    private final Kind pods = new Kind("", "v1", "pods");
    private final Strategy strategy = pods.strategy();
    private final WriteContext context = pods.context("");
    private final ObjectNode pod = pods.prepared(SamplePod.text(1));

    @Benchmark
    public List<FieldError> validatePod() {
        return strategy.validate(context, pod);
    }
}
