package io.flotilla.kubelet.container;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.PodDNSConfigOption;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.flotilla.kubelet.cri.CriLabels;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.proto.cri.DNSConfig;
import io.flotilla.proto.cri.Int64Value;
import io.flotilla.proto.cri.LinuxPodSandboxConfig;
import io.flotilla.proto.cri.LinuxSandboxSecurityContext;
import io.flotilla.proto.cri.NamespaceMode;
import io.flotilla.proto.cri.NamespaceOption;
import io.flotilla.proto.cri.PodSandboxConfig;
import io.flotilla.proto.cri.PodSandboxMetadata;
import io.flotilla.proto.cri.PortMapping;
import io.flotilla.proto.cri.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the runtime is told of a pod. */
public final class SandboxConfigs {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final int LONGEST_HOSTNAME = 63;

    private final String nodeName;
    private final List<String> clusterDns;
    private final String clusterDomain;
    private final PodDirectories directories;

    public SandboxConfigs(String nodeName, List<String> clusterDns, String clusterDomain, PodDirectories directories) {
        this.nodeName = nodeName;
        this.clusterDns = List.copyOf(clusterDns);
        this.clusterDomain = clusterDomain;
        this.directories = directories;
    }

    public PodSandboxConfig of(Pod pod, int attempt) {
        PodSandboxConfig.Builder config = PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName(pod.getMetadata().getName())
                        .setNamespace(pod.getMetadata().getNamespace())
                        .setUid(PodSpecs.uid(pod))
                        .setAttempt(attempt))
                .setLogDirectory(directories.logs(pod).toString())
                .setDnsConfig(dns(pod));
        if (!PodSpecs.usesHostNetwork(pod)) {
            config.setHostname(hostname(pod));
            for (Container container : PodSpecs.allContainers(pod)) {
                container.getPorts().forEach(port -> config.addPortMappings(mapping(port)));
            }
        }
        if (pod.getMetadata().getLabels() != null) {
            config.putAllLabels(pod.getMetadata().getLabels());
        }
        config.putLabels(CriLabels.POD_NAME, pod.getMetadata().getName())
                .putLabels(CriLabels.POD_NAMESPACE, pod.getMetadata().getNamespace())
                .putLabels(CriLabels.POD_UID, PodSpecs.uid(pod));
        if (pod.getMetadata().getAnnotations() != null) {
            config.putAllAnnotations(pod.getMetadata().getAnnotations());
        }
        return config.setLinux(linux(pod)).build();
    }

    private static LinuxPodSandboxConfig linux(Pod pod) {
        LinuxSandboxSecurityContext.Builder security =
                LinuxSandboxSecurityContext.newBuilder().setNamespaceOptions(namespaces(pod));
        PodSecurityContext given = pod.getSpec().getSecurityContext();
        LinuxPodSandboxConfig.Builder linux = LinuxPodSandboxConfig.newBuilder();
        if (given != null) {
            if (given.getRunAsUser() != null) {
                security.setRunAsUser(Int64Value.newBuilder().setValue(given.getRunAsUser()));
            }
            if (given.getRunAsGroup() != null) {
                security.setRunAsGroup(Int64Value.newBuilder().setValue(given.getRunAsGroup()));
            }
            if (given.getFsGroup() != null) {
                security.addSupplementalGroups(given.getFsGroup());
            }
            security.addAllSupplementalGroups(given.getSupplementalGroups());
            given.getSysctls().forEach(sysctl -> linux.putSysctls(sysctl.getName(), sysctl.getValue()));
        }
        return linux.setSecurityContext(security).build();
    }

    static NamespaceOption namespaces(Pod pod) {
        NamespaceMode pid = Boolean.TRUE.equals(pod.getSpec().getHostPID())
                ? NamespaceMode.NODE
                : Boolean.TRUE.equals(pod.getSpec().getShareProcessNamespace())
                        ? NamespaceMode.POD
                        : NamespaceMode.CONTAINER;
        return NamespaceOption.newBuilder()
                .setNetwork(PodSpecs.usesHostNetwork(pod) ? NamespaceMode.NODE : NamespaceMode.POD)
                .setIpc(Boolean.TRUE.equals(pod.getSpec().getHostIPC()) ? NamespaceMode.NODE : NamespaceMode.POD)
                .setPid(pid)
                .build();
    }

    /** Returns the name that the pod's processes know themselves by. */
    public String hostname(Pod pod) {
        if (PodSpecs.usesHostNetwork(pod)) {
            return nodeName;
        }
        String name = pod.getSpec().getHostname();
        if (name == null || name.isEmpty()) {
            name = pod.getMetadata().getName();
        }
        String cut = name.length() > LONGEST_HOSTNAME ? name.substring(0, LONGEST_HOSTNAME) : name;
        return cut.replaceAll("[-.]+$", "");
    }

    private static PortMapping mapping(ContainerPort port) {
        return PortMapping.newBuilder()
                .setContainerPort(port.getContainerPort())
                .setHostPort(port.getHostPort() == null ? 0 : port.getHostPort())
                .setHostIp(port.getHostIP() == null ? "" : port.getHostIP())
                .setProtocol(
                        switch (port.getProtocol() == null ? "TCP" : port.getProtocol()) {
                            case "UDP" -> Protocol.UDP;
                            case "SCTP" -> Protocol.SCTP;
                            default -> Protocol.TCP;
                        })
                .build();
    }

    private DNSConfig dns(Pod pod) {
        DNSConfig.Builder host = ofHost();
        String policy = pod.getSpec().getDnsPolicy() == null
                ? "ClusterFirst"
                : pod.getSpec().getDnsPolicy();
        boolean cluster = !clusterDns.isEmpty()
                && (policy.equals("ClusterFirstWithHostNet")
                        || (policy.equals("ClusterFirst") && !PodSpecs.usesHostNetwork(pod)));
        DNSConfig.Builder dns = policy.equals("None") ? DNSConfig.newBuilder() : host;
        if (cluster) {
            Set<String> searches = new LinkedHashSet<>(List.of(
                    pod.getMetadata().getNamespace() + ".svc." + clusterDomain, "svc." + clusterDomain, clusterDomain));
            searches.addAll(host.getSearchesList());
            dns = DNSConfig.newBuilder()
                    .addAllServers(clusterDns)
                    .addAllSearches(searches)
                    .addOptions("ndots:5");
        }
        PodDNSConfig own = pod.getSpec().getDnsConfig();
        if (own != null) {
            dns.addAllServers(own.getNameservers()).addAllSearches(own.getSearches());
            for (PodDNSConfigOption option : own.getOptions()) {
                dns.addOptions(
                        option.getValue() == null ? option.getName() : option.getName() + ":" + option.getValue());
            }
        }
        return dns.build();
    }

    private static DNSConfig.Builder ofHost() {
        DNSConfig.Builder dns = DNSConfig.newBuilder();
        List<String> lines = new ArrayList<>();
        try {
            lines.addAll(Files.readAllLines(RESOLV_CONF));
        } catch (IOException _) {
            return dns;
        }
        for (String line : lines) {
            List<String> words = List.of(line.strip().split("\\s+"));
            switch (words.getFirst()) {
                case "nameserver" -> dns.addAllServers(words.subList(1, words.size()));
                case "search" -> dns.clearSearches().addAllSearches(words.subList(1, words.size()));
                case "options" -> dns.addAllOptions(words.subList(1, words.size()));
                default -> {}
            }
        }
        return dns;
    }
}
