package io.flotilla.apiserver.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.proto.node.ContainerUsage;
import io.flotilla.proto.node.Usage;
import io.flotilla.proto.node.UsageReply;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private static final String POD = "default/web";

    private static Usage usage(long millis, long cpuMillis, long bytes) {
        return Usage.newBuilder()
                .setTime(millis * 1_000_000)
                .setCpuCoreNanos(cpuMillis * 1_000_000)
                .setWorkingSetBytes(bytes)
                .build();
    }

    private static ContainerUsage container(String name, String id, long millis, long cpuMillis) {
        return ContainerUsage.newBuilder()
                .setNamespace("default")
                .setPod("web")
                .setContainer(name)
                .setId(id)
                .setUsage(usage(millis, cpuMillis, 4096))
                .build();
    }

    private static Sample sample(Usage node, ContainerUsage... containers) {
        UsageReply.Builder reply = UsageReply.newBuilder().setNode(node);
        for (ContainerUsage each : containers) {
            reply.addContainers(each);
        }
        return Sample.of(reply.build());
    }

    @Test
    void aRateIsTheGrowthOverTheWindow() {
        Samples samples = new Samples(sample(usage(1_000, 5_000, 1)), sample(usage(16_012, 20_012, 2)));
        assertThat(samples.node())
                .contains(new Rate(1_000_000_000, 2, Instant.ofEpochMilli(16_012), Duration.ofMillis(15_012)));
    }

    @Test
    void aNodeThatBeganToCountAnewHasNoRate() {
        assertThat(new Samples(sample(usage(1_000, 5_000, 1)), sample(usage(2_000, 10, 1))).node())
                .isEmpty();
        assertThat(new Samples(sample(usage(1_000, 5_000, 1)), sample(usage(1_000, 5_000, 1))).node())
                .isEmpty();
    }

    @Test
    void aPodWaitsForTheSecondSampleOfEachContainer() {
        Usage node = usage(0, 0, 0);
        Sample first = sample(node, container("a", "1", 1_000, 100));
        Sample second = sample(node, container("a", "1", 2_000, 600), container("b", "2", 2_000, 1));
        Sample third = sample(node, container("a", "1", 3_000, 700), container("b", "2", 3_000, 2));
        assertThat(new Samples(first, second).pod(POD)).isEmpty();
        assertThat(new Samples(second, third).pod(POD)).containsOnlyKeys("a", "b");
        assertThat(new Samples(second, third).pod(POD).get("a"))
                .isEqualTo(new Rate(100_000_000, 4096, Instant.ofEpochMilli(3_000), Duration.ofSeconds(1)));
        assertThat(new Samples(second, third).pod("default/other")).isEmpty();
    }

    @Test
    void aContainerThatStartedAgainIsNotComparedWithWhatItWas() {
        Usage node = usage(0, 0, 0);
        Sample before = sample(node, container("a", "1", 1_000, 100));
        Sample after = sample(node, container("a", "2", 2_000, 600));
        Sample later = sample(node, container("a", "2", 3_000, 700));
        assertThat(new Samples(before, after).pod(POD)).isEmpty();
        assertThat(new Samples(after, later).pod(POD)).containsOnlyKeys("a");
    }

    @Test
    void aContainerWhoseCounterFellIsLeftOut() {
        Usage node = usage(0, 0, 0);
        Sample before = sample(node, container("a", "1", 1_000, 100), container("b", "2", 1_000, 100));
        Sample after = sample(node, container("a", "1", 2_000, 50), container("b", "2", 2_000, 150));
        assertThat(new Samples(before, after).pod(POD)).containsOnlyKeys("b");
    }
}
