package io.flotilla.kubelet.runtime.process;

import io.flotilla.kubelet.runtime.embedded.RuntimeFault;
import io.flotilla.kubelet.runtime.embedded.StateFile;
import io.flotilla.kubelet.runtime.linux.Processes;
import io.flotilla.proto.cri.LinuxContainerResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits of memory and processor time, by version 1 of control groups where they may be written. A container without
 * limits gets no group: it would cost the kernel more memory than a stand-in uses. On a machine with version 2 alone,
 * and without root, limits are recorded and reported but hold nobody back.
 */
final class Cgroups {

    private static final Logger LOG = LoggerFactory.getLogger(Cgroups.class);

    private final Optional<Path> memory;
    private final Optional<Path> cpu;

    private Cgroups(Optional<Path> memory, Optional<Path> cpu) {
        this.memory = memory;
        this.cpu = cpu;
    }

    /** The groups of one container; empty without limits. */
    record Group(Optional<Path> memory, Optional<Path> cpu) {

        List<Path> directories() {
            List<Path> all = new ArrayList<>();
            memory.ifPresent(all::add);
            cpu.ifPresent(all::add);
            return all;
        }

        String toText() {
            return memory.map(Path::toString).orElse("") + "\n"
                    + cpu.map(Path::toString).orElse("") + "\n";
        }

        static Group fromText(String text) {
            List<String> lines = text.lines().toList();
            return new Group(path(lines, 0), path(lines, 1));
        }

        private static Optional<Path> path(List<String> lines, int index) {
            return index < lines.size() && !lines.get(index).isEmpty()
                    ? Optional.of(Path.of(lines.get(index)))
                    : Optional.empty();
        }
    }

    /** Looks below which groups containers may get theirs: those of the agent itself, so that its own limits hold. */
    static Cgroups find() {
        return Processes.isRoot()
                ? new Cgroups(controller("memory", "memory.limit_in_bytes"), controller("cpu", "cpu.cfs_quota_us"))
                : none();
    }

    static Cgroups none() {
        return new Cgroups(Optional.empty(), Optional.empty());
    }

    /** Returns groups below the given directories, for tests. */
    static Cgroups at(Path memory, Path cpu) {
        return new Cgroups(Optional.of(memory), Optional.of(cpu));
    }

    private static Optional<Path> controller(String name, String file) {
        try (var lines = Files.lines(Path.of("/proc/self/cgroup"))) {
            return lines.map(line -> line.split(":", 3))
                    .filter(fields -> fields.length == 3
                            && List.of(fields[1].split(",", -1)).contains(name))
                    .map(fields -> Path.of("/sys/fs/cgroup", name, fields[2]))
                    .filter(path -> Files.isWritable(path)
                            && Files.exists(Path.of("/sys/fs/cgroup", name, "cgroup.procs"))
                            && (Files.exists(path.resolve(file)) || path.equals(Path.of("/sys/fs/cgroup", name))))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    boolean available() {
        return memory.isPresent() || cpu.isPresent();
    }

    Group create(String containerId, LinuxContainerResources limits) {
        Optional<Path> memoryGroup =
                limits.getMemoryLimitInBytes() > 0 ? memory.map(parent -> make(parent, containerId)) : Optional.empty();
        Optional<Path> cpuGroup =
                limits.getCpuQuota() > 0 ? cpu.map(parent -> make(parent, containerId)) : Optional.empty();
        var group = new Group(memoryGroup, cpuGroup);
        limit(group, limits);
        return group;
    }

    private static Path make(Path parent, String containerId) {
        try {
            return Files.createDirectory(parent.resolve("flotilla-" + containerId));
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.BROKEN, "cannot make a cgroup: " + e.getMessage(), e);
        }
    }

    /** Changes the limits of a container that has groups. */
    void update(ContainerFiles files, LinuxContainerResources limits) {
        limit(of(files), limits);
    }

    private static void limit(Group group, LinuxContainerResources limits) {
        group.memory().ifPresent(path -> {
            if (limits.getMemoryLimitInBytes() > 0) {
                put(path.resolve("memory.limit_in_bytes"), limits.getMemoryLimitInBytes());
            }
        });
        group.cpu().ifPresent(path -> {
            if (limits.getCpuPeriod() > 0) {
                put(path.resolve("cpu.cfs_period_us"), limits.getCpuPeriod());
            }
            if (limits.getCpuQuota() != 0) {
                put(path.resolve("cpu.cfs_quota_us"), limits.getCpuQuota());
            }
            if (limits.getCpuShares() > 0) {
                put(path.resolve("cpu.shares"), limits.getCpuShares());
            }
        });
    }

    private static void put(Path file, long value) {
        try {
            Files.writeString(file, Long.toString(value));
        } catch (IOException e) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.BROKEN,
                    "cannot set " + file.getFileName() + " to " + value + ": " + e.getMessage(),
                    e);
        }
    }

    Group of(ContainerFiles files) {
        return StateFile.bytes(files.cgroup())
                .map(text -> Group.fromText(new String(text, java.nio.charset.StandardCharsets.UTF_8)))
                .orElse(new Group(Optional.empty(), Optional.empty()));
    }

    /** Returns whether the kernel killed a process of the container for its memory limit. */
    boolean outOfMemory(ContainerFiles files) {
        return of(files)
                .memory()
                .flatMap(path -> StateFile.read(path.resolve("memory.oom_control")))
                .filter(text ->
                        text.lines().anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0")))
                .isPresent();
    }

    /** Removes the groups, which by then must be empty. */
    void remove(ContainerFiles files) {
        for (Path path : of(files).directories()) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                LOG.warn("The cgroup {} is left behind", path, e);
            }
        }
    }
}
