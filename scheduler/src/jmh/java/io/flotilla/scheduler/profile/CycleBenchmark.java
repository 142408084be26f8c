package io.flotilla.scheduler.profile;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.metrics.SchedulerMetrics;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.TestObjects;
import io.flotilla.scheduler.plugin.DefaultPlugins;
import io.flotilla.scheduler.profile.NodeChooser.Choice;
import io.flotilla.scheduler.snapshot.Cache;
import io.flotilla.scheduler.snapshot.Snapshot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One scheduling cycle of a plain pod: snapshot, filters, scores, choice and assumption, without the API. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class CycleBenchmark {
    private static final int PODS_PER_NODE = 30;

    @Param({"1000", "5000"})
    private int nodes;

    private final Cache cache = new Cache(System::nanoTime, Duration.ofMinutes(1));
    private final Snapshot snapshot = new Snapshot();
    private final PodInfo pod = TestObjects.info(TestObjects.pod("new", "10m", "10Mi"));
    private final NodeChooser chooser = new NodeChooser(
            new Profile(
                    "default-scheduler",
                    DefaultPlugins.create(() -> {
                        throw new AssertionError("no binding here");
                    }),
                    new SchedulerMetrics(new SimpleMeterRegistry(), "default-scheduler")),
            0,
            new SplittableRandom(1));

    @Setup
    public void fill() {
        for (int i = 0; i < nodes; i++) {
            NodeBuilder node = TestObjects.node("node-" + i);
            cache.putNode(TestObjects.facts(node.editMetadata()
                    .addToLabels("topology.kubernetes.io/zone", "zone-" + i % 3)
                    .endMetadata()));
            for (int j = 0; j < PODS_PER_NODE; j++) {
                cache.putPod(TestObjects.info(TestObjects.pod("pod-" + i + "-" + j, "10m", "10Mi"))
                        .on("node-" + i));
            }
        }
    }

    @Benchmark
    public String cycle() {
        cache.update(snapshot);
        String node = ((Choice.Chosen) chooser.choose(new CycleState(), pod, snapshot)).node();
        PodInfo there = pod.on(node);
        cache.assume(there);
        cache.forget(there);
        return node;
    }
}
