package io.flotilla.kubelet.container;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.flotilla.kubelet.pod.QualityOfService;
import io.flotilla.machinery.object.Quantities;
import io.flotilla.proto.cri.Capability;
import io.flotilla.proto.cri.Int64Value;
import io.flotilla.proto.cri.LinuxContainerConfig;
import io.flotilla.proto.cri.LinuxContainerResources;
import io.flotilla.proto.cri.LinuxContainerSecurityContext;
import io.flotilla.proto.cri.SecurityProfile;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Limits and rights of a container on Linux, by the kubelet's formulas. */
final class LinuxConfigs {
    private static final long PERIOD_MICROS = 100_000;
    private static final long SMALLEST_QUOTA = 1000;
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private LinuxConfigs() {}

    static LinuxContainerConfig of(Pod pod, Container container, long memoryCapacity) {
        return LinuxContainerConfig.newBuilder()
                .setResources(resources(pod, container, memoryCapacity))
                .setSecurityContext(security(pod, container))
                .build();
    }

    private static LinuxContainerResources resources(Pod pod, Container container, long memoryCapacity) {
        Map<String, Quantity> requests = Map.of();
        Map<String, Quantity> limits = Map.of();
        if (container.getResources() != null) {
            requests = container.getResources().getRequests() == null
                    ? Map.of()
                    : container.getResources().getRequests();
            limits = container.getResources().getLimits() == null
                    ? Map.of()
                    : container.getResources().getLimits();
        }
        long cpuRequest = Quantities.milliValue(requests.get("cpu"));
        long cpuLimit = Quantities.milliValue(limits.get("cpu"));
        long shares = Math.max(2, (cpuRequest == 0 ? cpuLimit : cpuRequest) * 1024 / 1000);
        LinuxContainerResources.Builder resources = LinuxContainerResources.newBuilder()
                .setCpuShares(shares)
                .setMemoryLimitInBytes(Quantities.value(limits.get("memory")))
                .setOomScoreAdj(oomScore(pod, Quantities.value(requests.get("memory")), memoryCapacity));
        if (cpuLimit > 0) {
            resources
                    .setCpuPeriod(PERIOD_MICROS)
                    .setCpuQuota(Math.max(SMALLEST_QUOTA, cpuLimit * PERIOD_MICROS / 1000));
        }
        return resources.build();
    }

    private static long oomScore(Pod pod, long memoryRequest, long memoryCapacity) {
        return switch (QualityOfService.of(pod)) {
            case "Guaranteed" -> -997;
            case "BestEffort" -> 1000;
            default -> Math.clamp(1000 - 1000 * memoryRequest / Math.max(memoryCapacity, 1), 3, 999);
        };
    }

    private static LinuxContainerSecurityContext security(Pod pod, Container container) {
        LinuxContainerSecurityContext.Builder security =
                LinuxContainerSecurityContext.newBuilder().setNamespaceOptions(SandboxConfigs.namespaces(pod));
        PodSecurityContext shared = pod.getSpec().getSecurityContext();
        SecurityContext own = container.getSecurityContext();
        Long user = user(shared, own);
        Long group = group(shared, own);
        if (user != null) {
            security.setRunAsUser(Int64Value.newBuilder().setValue(user));
        }
        if (group != null) {
            security.setRunAsGroup(Int64Value.newBuilder().setValue(group));
        }
        if (shared != null) {
            if (shared.getFsGroup() != null) {
                security.addSupplementalGroups(shared.getFsGroup());
            }
            security.addAllSupplementalGroups(shared.getSupplementalGroups());
        }
        boolean privileged = own != null && Boolean.TRUE.equals(own.getPrivileged());
        security.setPrivileged(privileged);
        if (!privileged && (own == null || !"Unmasked".equals(own.getProcMount()))) {
            security.addAllMaskedPaths(MASKED).addAllReadonlyPaths(READ_ONLY);
        }
        if (own != null) {
            security.setReadonlyRootfs(Boolean.TRUE.equals(own.getReadOnlyRootFilesystem()))
                    .setNoNewPrivs(Boolean.FALSE.equals(own.getAllowPrivilegeEscalation()));
            if (own.getCapabilities() != null) {
                security.setCapabilities(Capability.newBuilder()
                        .addAllAddCapabilities(own.getCapabilities().getAdd())
                        .addAllDropCapabilities(own.getCapabilities().getDrop()));
            }
        }
        return security.setSeccomp(SecurityProfile.newBuilder().setProfileType(seccomp(shared, own)))
                .build();
    }

    private static SecurityProfile.ProfileType seccomp(
            @Nullable PodSecurityContext shared, @Nullable SecurityContext own) {
        SeccompProfile profile = shared == null ? null : shared.getSeccompProfile();
        if (own != null && own.getSeccompProfile() != null) {
            profile = own.getSeccompProfile();
        }
        return profile != null && "RuntimeDefault".equals(profile.getType())
                ? SecurityProfile.ProfileType.RuntimeDefault
                : SecurityProfile.ProfileType.Unconfined;
    }

    /** Returns whether the container would run as root though its pod forbids it. */
    static boolean breaksRunAsNonRoot(Pod pod, Container container) {
        PodSecurityContext shared = pod.getSpec().getSecurityContext();
        SecurityContext own = container.getSecurityContext();
        Long user = user(shared, own);
        return isNonRootWanted(shared, own) && user != null && user == 0;
    }

    private static boolean isNonRootWanted(@Nullable PodSecurityContext shared, @Nullable SecurityContext own) {
        if (own != null && own.getRunAsNonRoot() != null) {
            return own.getRunAsNonRoot();
        }
        return shared != null && Boolean.TRUE.equals(shared.getRunAsNonRoot());
    }

    private static @Nullable Long user(@Nullable PodSecurityContext shared, @Nullable SecurityContext own) {
        if (own != null && own.getRunAsUser() != null) {
            return own.getRunAsUser();
        }
        return shared == null ? null : shared.getRunAsUser();
    }

    private static @Nullable Long group(@Nullable PodSecurityContext shared, @Nullable SecurityContext own) {
        if (own != null && own.getRunAsGroup() != null) {
            return own.getRunAsGroup();
        }
        return shared == null ? null : shared.getRunAsGroup();
    }
}
