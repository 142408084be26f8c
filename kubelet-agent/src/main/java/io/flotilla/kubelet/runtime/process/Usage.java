package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.Nanos;
import io.flotilla.kubelet.runtime.linux.Processes;
import io.flotilla.kubelet.runtime.process.ProcessContainer.State;
import io.flotilla.proto.cri.ContainerAttributes;
import io.flotilla.proto.cri.ContainerStats;
import io.flotilla.proto.cri.CpuUsage;
import io.flotilla.proto.cri.FilesystemIdentifier;
import io.flotilla.proto.cri.FilesystemUsage;
import io.flotilla.proto.cri.LinuxPodSandboxStats;
import io.flotilla.proto.cri.MemoryUsage;
import io.flotilla.proto.cri.PodSandboxAttributes;
import io.flotilla.proto.cri.PodSandboxStats;
import io.flotilla.proto.cri.ProcessUsage;
import io.flotilla.proto.cri.UInt64Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/**
 * What containers use, from /proc: the processes that run now. Processor time of processes that ended is their parent's,
 * once that has waited for them; what a process outside the container waited for is missing, so that the counter may fall.
 */
final class Usage {

    /** The kernel's clock ticks as /proc tells them: 100 a second on every architecture that Java runs on. */
    private static final long TICK_NANOS = 10_000_000;

    private static final long PAGE_BYTES = 4096;

    private final ContainerStore containers;
    private final InstantSource clock;

    Usage(ContainerStore containers, InstantSource clock) {
        this.containers = containers;
        this.clock = clock;
    }

    private record Sum(long cpuNanos, long memoryBytes, long minorFaults, long majorFaults, long processes) {

        static Sum of(ProcessContainer container) {
            long cpu = 0;
            long pages = 0;
            long minor = 0;
            long major = 0;
            List<Processes.Stat> tree = container.state() instanceof State.Running(var _, int init, var _)
                    ? Processes.tree(init)
                    : List.of();
            for (Processes.Stat process : tree) {
                cpu += process.userTicks() + process.systemTicks();
                pages += process.rssPages();
                minor += process.minorFaults();
                major += process.majorFaults();
            }
            return new Sum(cpu * TICK_NANOS, pages * PAGE_BYTES, minor, major, tree.size());
        }

        Sum plus(Sum other) {
            return new Sum(
                    cpuNanos + other.cpuNanos,
                    memoryBytes + other.memoryBytes,
                    minorFaults + other.minorFaults,
                    majorFaults + other.majorFaults,
                    processes + other.processes);
        }
    }

    ContainerStats of(ProcessContainer container) {
        long now = now();
        var sum = Sum.of(container);
        return ContainerStats.newBuilder()
                .setAttributes(ContainerAttributes.newBuilder()
                        .setId(container.id())
                        .setMetadata(container.config().getMetadata())
                        .putAllLabels(container.config().getLabelsMap())
                        .putAllAnnotations(container.config().getAnnotationsMap()))
                .setCpu(cpu(sum, now))
                .setMemory(memory(sum, now))
                .setWritableLayer(disk(container, now))
                .build();
    }

    PodSandboxStats of(Sandbox sandbox) {
        long now = now();
        var sum = new Sum(0, 0, 0, 0, 0);
        var linux = LinuxPodSandboxStats.newBuilder();
        for (ProcessContainer container : containers.of(sandbox)) {
            sum = sum.plus(Sum.of(container));
            if (container.state() instanceof State.Running) {
                linux.addContainers(of(container));
            }
        }
        return PodSandboxStats.newBuilder()
                .setAttributes(PodSandboxAttributes.newBuilder()
                        .setId(sandbox.id())
                        .setMetadata(sandbox.config().getMetadata())
                        .putAllLabels(sandbox.config().getLabelsMap())
                        .putAllAnnotations(sandbox.config().getAnnotationsMap()))
                .setLinux(linux.setCpu(cpu(sum, now))
                        .setMemory(memory(sum, now))
                        .setProcess(
                                ProcessUsage.newBuilder().setTimestamp(now).setProcessCount(value(sum.processes()))))
                .build();
    }

    private static CpuUsage cpu(Sum sum, long now) {
        return CpuUsage.newBuilder()
                .setTimestamp(now)
                .setUsageCoreNanoSeconds(value(sum.cpuNanos()))
                .build();
    }

    private static MemoryUsage memory(Sum sum, long now) {
        return MemoryUsage.newBuilder()
                .setTimestamp(now)
                .setWorkingSetBytes(value(sum.memoryBytes()))
                .setUsageBytes(value(sum.memoryBytes()))
                .setRssBytes(value(sum.memoryBytes()))
                .setPageFaults(value(sum.minorFaults() + sum.majorFaults()))
                .setMajorPageFaults(value(sum.majorFaults()))
                .build();
    }

    /** Raw output awaiting its end; what a container writes into its root lies in memory. */
    private static FilesystemUsage disk(ProcessContainer container, long now) {
        return FilesystemUsage.newBuilder()
                .setTimestamp(now)
                .setFsId(FilesystemIdentifier.newBuilder()
                        .setMountpoint(container.files().directory().toString()))
                .setUsedBytes(value(size(container.files().rawOut())
                        + size(container.files().rawErr())))
                .setInodesUsed(value(2))
                .build();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    private long now() {
        return Nanos.of(clock.instant());
    }

    private static UInt64Value value(long value) {
        return UInt64Value.newBuilder().setValue(value).build();
    }
}
