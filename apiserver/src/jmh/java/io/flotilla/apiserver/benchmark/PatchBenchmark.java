package io.flotilla.apiserver.benchmark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.patch.FieldManager;
import io.flotilla.apiserver.patch.StrategicMerge;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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

/** Patches of a pod, parsing included. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class PatchBenchmark {
    private static final byte[] PATCH =
            ("{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"web\","
                            + "\"image\":\"nginx:1.28\"}],\"tolerations\":[{\"key\":\"x\",\"operator\":\"Exists\"}]}}")
                    .getBytes(StandardCharsets.UTF_8);

    private final Schema schema = Schema.load();
    private final StructType type = schema.kind("v1", "Pod").orElseThrow();
    private final FieldManager fields = new FieldManager(schema);
    private final byte[] live = SamplePod.json(1);
    private int applied;
    private final byte[] managed = JsonCodec.encode(apply(JsonCodec.decode(live).object(), live));

    @Benchmark
    public ObjectNode strategicMergePatch() {
        return StrategicMerge.apply(
                type, JsonCodec.decode(live).object(), JsonCodec.decode(PATCH).object());
    }

    /** A manager applies what it has applied before, with one change. */
    @Benchmark
    public ObjectNode serverSideApply() {
        return apply(JsonCodec.decode(managed).object(), live);
    }

    private ObjectNode apply(ObjectNode object, byte[] configuration) {
        ObjectNode config = JsonCodec.decode(configuration).object();
        config.withObject("/metadata/labels").put("revision", Integer.toString(++applied));
        return fields.apply(type, new FieldManager.Write("bench", "", true, Instant.EPOCH), object, config, true);
    }
}
