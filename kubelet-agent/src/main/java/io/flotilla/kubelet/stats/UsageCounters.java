package io.flotilla.kubelet.stats;

import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.cri.CriLabels;
import io.flotilla.kubelet.runtime.embedded.Nanos;
import io.flotilla.proto.cri.ContainerStats;
import io.flotilla.proto.node.ContainerUsage;
import io.flotilla.proto.node.Usage;
import io.flotilla.proto.node.UsageReply;
import java.time.InstantSource;
import java.util.Map;

/** What the node and the containers that run on it have used, as metrics.k8s.io is made from. */
public final class UsageCounters {
    private final Cri cri;
    private final InstantSource clock;

    public UsageCounters(Cri cri, InstantSource clock) {
        this.cri = cri;
        this.clock = clock;
    }

    /** Reads the counters. Blocks; fails where the runtime does not answer. */
    public UsageReply now() {
        UsageReply.Builder reply = UsageReply.newBuilder().setNode(node());
        for (ContainerStats stats : cri.stats()) {
            Map<String, String> labels = stats.getAttributes().getLabelsMap();
            if (labels.containsKey(CriLabels.CONTAINER_NAME)) {
                reply.addContainers(ContainerUsage.newBuilder()
                        .setNamespace(labels.getOrDefault(CriLabels.POD_NAMESPACE, ""))
                        .setPod(labels.getOrDefault(CriLabels.POD_NAME, ""))
                        .setContainer(labels.getOrDefault(CriLabels.CONTAINER_NAME, ""))
                        .setId(stats.getAttributes().getId())
                        .setUsage(container(stats)));
            }
        }
        return reply.build();
    }

    private Usage container(ContainerStats stats) {
        long measured = stats.getCpu().getTimestamp();
        return Usage.newBuilder()
                .setTime(measured == 0 ? Nanos.of(clock.instant()) : measured)
                .setCpuCoreNanos(stats.getCpu().getUsageCoreNanoSeconds().getValue())
                .setWorkingSetBytes(stats.getMemory().getWorkingSetBytes().getValue())
                .build();
    }

    private Usage node() {
        return Usage.newBuilder()
                .setTime(Nanos.of(clock.instant()))
                .setCpuCoreNanos(ProcFiles.busyNanos())
                .setWorkingSetBytes(ProcFiles.workingSetBytes())
                .build();
    }
}
