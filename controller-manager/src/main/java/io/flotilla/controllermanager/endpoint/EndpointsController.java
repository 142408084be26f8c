package io.flotilla.controllermanager.endpoint;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointAddressBuilder;
import io.fabric8.kubernetes.api.model.EndpointPort;
import io.fabric8.kubernetes.api.model.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.EndpointSubsetBuilder;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.EndpointsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.controller.Refusals;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Keeps the Endpoints of each service that selects pods: 1,000 addresses at the most, sorted. */
public final class EndpointsController implements Controller {
    private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
    private static final String OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
    private static final int CAPACITY = 1000;

    private final Caches caches;
    private final ResourceClient<Endpoints> endpoints;
    private final EventRecorder events;
    private final ReconcileLoop<ObjectKey> loop;

    public EndpointsController(ControllerContext context) {
        caches = context.caches();
        endpoints = context.client().resource(ResourceTypes.ENDPOINTS);
        events = context.events().apply("endpoint-controller");
        loop = new ReconcileLoop<>("endpoint", context.settings().concurrentEndpointSyncs(), this::sync);
        ServiceHandlers.addTo(loop, caches);
        loop.on(caches.endpoints(), Handlers.onDelete(gone -> add(gone)));
    }

    private void add(Endpoints gone) {
        loop.add(ObjectKey.of(gone));
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    private Result sync(ObjectKey key) {
        Optional<Service> service = caches.services().lister().get(key);
        Optional<Endpoints> present = caches.endpoints().lister().get(key);
        if (service.isEmpty()) {
            if (present.isPresent()) {
                delete(key);
            }
            return Result.done();
        }
        if (ServicePods.selectsPods(service.get())) {
            Endpoints wanted = wanted(service.get(), present);
            if (present.isEmpty()) {
                create(service.get(), wanted);
            } else if (differ(present.get(), wanted)) {
                endpoints.update(wanted);
            }
        }
        return Result.done();
    }

    private Endpoints wanted(Service service, Optional<Endpoints> present) {
        boolean publishNotReady = ServicePods.publishesNotReady(service);
        String family = ServicePods.families(service).getFirst();
        List<Pod> pods = ServicePods.of(service, caches.pods().lister(), publishNotReady);
        Map<List<ServicePods.PodPort>, List<Pod>> byPorts = new TreeMap<>(Comparator.comparing(List::toString));
        for (Pod pod : pods) {
            List<ServicePods.PodPort> ports = ServicePods.ports(service, pod);
            boolean portless = ServicePods.isHeadless(service)
                    && (service.getSpec().getPorts() == null
                            || service.getSpec().getPorts().isEmpty());
            if ((!ports.isEmpty() || portless)
                    && !ServicePods.addresses(pod, family).isEmpty()) {
                byPorts.computeIfAbsent(ports, _ -> new ArrayList<>()).add(pod);
            }
        }
        List<EndpointSubset> subsets = new ArrayList<>();
        byPorts.forEach((ports, group) -> subsets.add(subset(service, family, ports, group)));
        boolean over = pods.size() > CAPACITY;
        if (over) {
            truncate(subsets);
        }
        EndpointsBuilder next = present.map(EndpointsBuilder::new).orElseGet(EndpointsBuilder::new);
        Map<String, String> annotations = new LinkedHashMap<>(
                present.map(object -> object.getMetadata().getAnnotations()).orElse(Map.of()));
        annotations.put(ServicePods.TRIGGER_TIME, ServicePods.triggerTime(service, pods));
        if (over) {
            annotations.put(OVER_CAPACITY, "truncated");
        } else {
            annotations.remove(OVER_CAPACITY);
        }
        return next.editOrNewMetadata()
                .withNamespace(service.getMetadata().getNamespace())
                .withName(service.getMetadata().getName())
                .withLabels(labels(service))
                .withAnnotations(annotations)
                .endMetadata()
                .withSubsets(subsets)
                .build();
    }

    private static Map<String, String> labels(Service service) {
        Map<String, String> labels = new LinkedHashMap<>(ServicePods.labels(service));
        labels.put(MANAGED_BY, "endpoint-controller");
        if (ServicePods.isHeadless(service)) {
            labels.put(ServicePods.HEADLESS, "");
        } else {
            labels.remove(ServicePods.HEADLESS);
        }
        return labels;
    }

    private static EndpointSubset subset(
            Service service, String family, List<ServicePods.PodPort> ports, List<Pod> pods) {
        List<EndpointAddress> ready = new ArrayList<>();
        List<EndpointAddress> notReady = new ArrayList<>();
        for (Pod pod : pods) {
            EndpointAddress address = new EndpointAddressBuilder()
                    .withIp(ServicePods.addresses(pod, family).getFirst())
                    .withHostname(ServicePods.hostname(service, pod))
                    .withNodeName(pod.getSpec().getNodeName())
                    .withTargetRef(ServicePods.reference(pod))
                    .build();
            boolean serves = ServicePods.publishesNotReady(service) || PodStates.isReady(pod);
            (serves ? ready : notReady).add(address);
        }
        Comparator<EndpointAddress> order = Comparator.comparing(EndpointAddress::getIp)
                .thenComparing(address -> address.getTargetRef().getUid());
        ready.sort(order);
        notReady.sort(order);
        return new EndpointSubsetBuilder()
                .withAddresses(ready)
                .withNotReadyAddresses(notReady)
                .withPorts(ports.stream().map(EndpointsController::port).toList())
                .build();
    }

    private static EndpointPort port(ServicePods.PodPort port) {
        return new EndpointPortBuilder()
                .withName("".equals(port.name()) ? null : port.name())
                .withPort(port.port())
                .withProtocol(port.protocol())
                .withAppProtocol(port.appProtocol())
                .build();
    }

    /** Keeps ready addresses rather than others. */
    private static void truncate(List<EndpointSubset> subsets) {
        int room = CAPACITY;
        for (EndpointSubset subset : subsets) {
            int kept = Math.min(room, subset.getAddresses().size());
            subset.setAddresses(List.copyOf(subset.getAddresses().subList(0, kept)));
            room -= kept;
        }
        for (EndpointSubset subset : subsets) {
            int kept = Math.min(room, subset.getNotReadyAddresses().size());
            subset.setNotReadyAddresses(
                    List.copyOf(subset.getNotReadyAddresses().subList(0, kept)));
            room -= kept;
        }
    }

    private static boolean differ(Endpoints present, Endpoints wanted) {
        boolean capacityDiffers = present.getMetadata().getAnnotations().containsKey(OVER_CAPACITY)
                != wanted.getMetadata().getAnnotations().containsKey(OVER_CAPACITY);
        return capacityDiffers
                || !present.getSubsets().equals(wanted.getSubsets())
                || !ServicePods.labels(present).equals(ServicePods.labels(wanted));
    }

    private void create(Service service, Endpoints wanted) {
        try {
            endpoints.create(wanted);
        } catch (ApiException e) {
            if (Refusals.namespaceIsTerminating(e)) {
                return;
            }
            if (!e.isAlreadyExists()) {
                events.warning(
                        ObjectReferences.to(ResourceTypes.SERVICES, service),
                        "FailedToCreateEndpoint",
                        "Failed to create endpoint for service " + ObjectKey.of(service) + ": " + e.getMessage());
            }
            throw e;
        }
    }

    private void delete(ObjectKey key) {
        try {
            endpoints.delete(key);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
