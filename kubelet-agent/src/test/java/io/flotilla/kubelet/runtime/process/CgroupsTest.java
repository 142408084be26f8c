package io.flotilla.kubelet.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.proto.cri.LinuxContainerResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupsTest {

    @TempDir
    Path directory;

    private Cgroups cgroups;
    private ContainerFiles files;

    @BeforeEach
    void prepare() throws IOException {
        cgroups = Cgroups.at(
                Files.createDirectory(directory.resolve("memory")), Files.createDirectory(directory.resolve("cpu")));
        files = new ContainerFiles(Files.createDirectory(directory.resolve("container")));
    }

    @Test
    void aContainerWithoutLimitsGetsNoGroup() {
        var group = cgroups.create(
                "c1", LinuxContainerResources.newBuilder().setCpuShares(2).build());
        assertThat(group.directories()).isEmpty();
    }

    @Test
    void limitsAreWrittenAndChangedLater() throws IOException {
        var group = cgroups.create(
                "c1",
                LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(1 << 20)
                        .setCpuPeriod(100_000)
                        .setCpuQuota(50_000)
                        .build());
        Files.writeString(files.cgroup(), group.toText());
        Path memory = directory.resolve("memory/flotilla-c1/memory.limit_in_bytes");
        assertThat(memory).hasContent("1048576");
        assertThat(directory.resolve("cpu/flotilla-c1/cpu.cfs_quota_us")).hasContent("50000");

        cgroups.update(
                files,
                LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(2 << 20)
                        .build());

        assertThat(memory).hasContent("2097152");
    }

    @Test
    void aKillForMemoryIsReadFromTheGroup() throws IOException {
        var group = cgroups.create(
                "c1",
                LinuxContainerResources.newBuilder().setMemoryLimitInBytes(1).build());
        Files.writeString(files.cgroup(), group.toText());
        Path control = group.memory().orElseThrow().resolve("memory.oom_control");
        Files.writeString(control, "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
        assertThat(cgroups.outOfMemory(files)).isFalse();
        Files.writeString(control, "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        assertThat(cgroups.outOfMemory(files)).isTrue();
    }
}
