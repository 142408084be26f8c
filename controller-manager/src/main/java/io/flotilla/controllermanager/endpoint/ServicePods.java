package io.flotilla.controllermanager.endpoint;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.informer.Lister;
import io.flotilla.machinery.object.LabelSelectors;
import io.flotilla.machinery.scheme.ObjectKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a service and its pods say of endpoints, in whichever form they are then written. */
public final class ServicePods {
    public static final String HEADLESS = "service.kubernetes.io/headless";
    public static final String TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

    /** A port of the service as one pod serves it. */
    public record PodPort(
            @Nullable String name,
            int port,
            @Nullable String protocol,
            @Nullable String appProtocol) implements Comparable<PodPort> {
        @Override
        public int compareTo(PodPort other) {
            int byPort = Integer.compare(port, other.port);
            return byPort != 0 ? byPort : (name + "/" + protocol).compareTo(other.name + "/" + other.protocol);
        }
    }

    private ServicePods() {}

    /** Says whether controllers keep endpoints for the service: it selects pods and is no alias. */
    public static boolean selectsPods(Service service) {
        return service.getSpec().getSelector() != null
                && !service.getSpec().getSelector().isEmpty()
                && !"ExternalName".equals(service.getSpec().getType());
    }

    /** Returns the selected pods that have an address and have not finished. */
    public static List<Pod> of(Service service, Lister<Pod> pods, boolean includeTerminating) {
        return Caches.inNamespace(pods, service.getMetadata().getNamespace()).stream()
                .filter(pod -> LabelSelectors.matches(
                        service.getSpec().getSelector(), pod.getMetadata().getLabels()))
                .filter(pod -> pod.getStatus() != null
                        && pod.getStatus().getPodIP() != null
                        && !pod.getStatus().getPodIP().isEmpty())
                .filter(pod -> !PodStates.isFinished(pod))
                .filter(pod -> includeTerminating || !PodStates.isTerminating(pod))
                .toList();
    }

    /** Returns the services that select the pod. */
    public static List<ObjectKey> servicesOf(Pod pod, Lister<Service> services) {
        return Caches.inNamespace(services, pod.getMetadata().getNamespace()).stream()
                .filter(ServicePods::selectsPods)
                .filter(service -> LabelSelectors.matches(
                        service.getSpec().getSelector(), pod.getMetadata().getLabels()))
                .map(ObjectKey::of)
                .toList();
    }

    /** Says whether a change of a pod can matter to any service. */
    public static boolean differ(Pod before, Pod now) {
        return PodStates.isReady(before) != PodStates.isReady(now)
                || PodStates.isTerminating(before) != PodStates.isTerminating(now)
                || PodStates.isFinished(before) != PodStates.isFinished(now)
                || !PodStates.nodeName(before).equals(PodStates.nodeName(now))
                || !Objects.equals(
                        before.getMetadata().getLabels(), now.getMetadata().getLabels())
                || !addresses(before).equals(addresses(now));
    }

    private static List<String> addresses(Pod pod) {
        if (pod.getStatus() == null) {
            return List.of();
        }
        List<String> addresses = new ArrayList<>();
        if (pod.getStatus().getPodIP() != null) {
            addresses.add(pod.getStatus().getPodIP());
        }
        pod.getStatus().getPodIPs().stream()
                .map(PodIP::getIp)
                .filter(ip -> !addresses.contains(ip))
                .forEach(addresses::add);
        return addresses;
    }

    /** Returns the pod's addresses of a family, {@code IPv4} or {@code IPv6}. */
    public static List<String> addresses(Pod pod, String family) {
        return addresses(pod).stream()
                .filter(address -> address.contains(":") == family.equals("IPv6"))
                .toList();
    }

    public static List<String> families(Service service) {
        List<String> families = service.getSpec().getIpFamilies();
        return families == null || families.isEmpty() ? List.of("IPv4") : families;
    }

    public static boolean isHeadless(Service service) {
        return "None".equals(service.getSpec().getClusterIP());
    }

    public static boolean publishesNotReady(Service service) {
        return Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses());
    }

    /** Returns the service's ports as this pod serves them, in order; a named port that it lacks is left out. */
    public static List<PodPort> ports(Service service, Pod pod) {
        if (service.getSpec().getPorts() == null) {
            return List.of();
        }
        return service.getSpec().getPorts().stream()
                .flatMap(port -> find(port, pod).stream()
                        .map(number -> new PodPort(
                                port.getName() == null ? "" : port.getName(),
                                number,
                                port.getProtocol() == null ? "TCP" : port.getProtocol(),
                                port.getAppProtocol())))
                .sorted()
                .toList();
    }

    private static Optional<Integer> find(ServicePort port, Pod pod) {
        IntOrString target = port.getTargetPort();
        if (target == null) {
            return Optional.of(port.getPort());
        }
        if (target.getIntVal() != null) {
            return Optional.of(target.getIntVal() == 0 ? port.getPort() : target.getIntVal());
        }
        String protocol = port.getProtocol() == null ? "TCP" : port.getProtocol();
        Stream<Container> sidecars = pod.getSpec().getInitContainers().stream()
                .filter(container -> "Always".equals(container.getRestartPolicy()));
        return Stream.concat(pod.getSpec().getContainers().stream(), sidecars)
                .flatMap(container -> container.getPorts().stream())
                .filter(declared -> target.getStrVal().equals(declared.getName())
                        && protocol.equals(declared.getProtocol() == null ? "TCP" : declared.getProtocol()))
                .map(ContainerPort::getContainerPort)
                .findFirst();
    }

    /** Returns the pod's host name under the service's domain, if it asks for one. */
    public static @Nullable String hostname(Service service, Pod pod) {
        String hostname = pod.getSpec().getHostname();
        boolean named = hostname != null
                && !hostname.isEmpty()
                && service.getMetadata().getName().equals(pod.getSpec().getSubdomain());
        return named ? hostname : null;
    }

    public static ObjectReference reference(Pod pod) {
        return new ObjectReferenceBuilder()
                .withKind("Pod")
                .withNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .build();
    }

    /** Returns when what led to the present endpoints happened, as measurements of propagation want it. */
    public static String triggerTime(Service service, List<Pod> pods) {
        Instant latest = Times.parse(service.getMetadata().getCreationTimestamp());
        for (Pod pod : pods) {
            Instant ready = PodStates.condition(pod, "Ready")
                    .map(condition -> Times.parse(condition.getLastTransitionTime()))
                    .orElse(Instant.EPOCH);
            latest = ready.isAfter(latest) ? ready : latest;
        }
        return Times.text(latest);
    }

    /** Returns the labels of an object, none for none. */
    public static Map<String, String> labels(HasMetadata object) {
        return object.getMetadata().getLabels() == null
                ? Map.of()
                : object.getMetadata().getLabels();
    }
}
