package io.flotilla.apiserver.benchmark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.codec.ProtobufCodec;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
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

/** One pod from bytes and to bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class CodecBenchmark {
    private final Schema schema = Schema.load();
    private final StructType type = schema.kind("v1", "Pod").orElseThrow();
    private final ProtobufCodec protobuf = new ProtobufCodec(schema);
    private final byte[] json = SamplePod.json(1);
    private final ObjectNode pod = JsonCodec.decode(json).object();
    private final byte[] bytes = protobuf.encode(type, pod);

    /** Parsed, pruned and defaulted. */
    @Benchmark
    public ObjectNode decodeJson() {
        ObjectNode object = JsonCodec.decode(json).object();
        schema.pruneAndValidate(type, object);
        schema.applyDefaults(type, object);
        return object;
    }

    @Benchmark
    public byte[] encodeJson() {
        return JsonCodec.encode(pod);
    }

    @Benchmark
    public byte[] encodeProtobuf() {
        return protobuf.encode(type, pod);
    }

    @Benchmark
    public ObjectNode decodeProtobuf() {
        return protobuf.decode(bytes);
    }
}
