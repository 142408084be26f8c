package io.flotilla.controllermanager.endpointslice;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.controller.Refusals;
import io.flotilla.controllermanager.endpoint.ServiceHandlers;
import io.flotilla.controllermanager.endpoint.ServicePods;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps the EndpointSlices of each service that selects pods. Those of a deleted service go with it by ownership. */
public final class EndpointSliceController implements Controller {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    private static final String SELF = "endpointslice-controller.k8s.io";
    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final int LONGEST_PREFIX = 57;

    private final Caches caches;
    private final ResourceClient<EndpointSlice> slices;
    private final SliceTracker tracker;
    private final int max;
    private final ReconcileLoop<ObjectKey> loop;

    public EndpointSliceController(ControllerContext context) {
        caches = context.caches();
        slices = context.client().resource(ResourceTypes.ENDPOINT_SLICES);
        tracker = new SliceTracker(context.nanoTime());
        max = context.settings().maxEndpointsPerSlice();
        loop = new ReconcileLoop<>("endpoint_slice", context.settings().concurrentServiceEndpointSyncs(), this::sync);
        ServiceHandlers.addTo(loop, caches);
        loop.on(caches.endpointSlices(), Handlers.onAny(slice -> add(slice)));
    }

    private void add(EndpointSlice slice) {
        String service = ServicePods.labels(slice).get(SERVICE_NAME);
        if (service != null && isOurs(slice)) {
            loop.addSoon(new ObjectKey(slice.getMetadata().getNamespace(), service));
        }
    }

    private static boolean isOurs(EndpointSlice slice) {
        return SELF.equals(ServicePods.labels(slice).get(MANAGED_BY));
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
        Optional<Service> cached = caches.services().lister().get(key);
        if (cached.isEmpty()) {
            tracker.forget(key);
            return Result.done();
        }
        Service service = cached.get();
        if (!ServicePods.selectsPods(service) || service.getMetadata().getDeletionTimestamp() != null) {
            return Result.done();
        }
        List<EndpointSlice> existing = caches.slicesOf(key.namespace(), key.name()).stream()
                .filter(EndpointSliceController::isOurs)
                .filter(slice -> slice.getMetadata().getDeletionTimestamp() == null)
                .toList();
        if (tracker.cacheIsBehind(key, existing)) {
            return Result.after(ReconcileLoop.BURST);
        }
        List<Pod> pods = ServicePods.of(service, caches.pods().lister(), true);
        SliceTracker.Round round = tracker.round(key);
        List<String> families = ServicePods.families(service);
        for (String family : families) {
            apply(service, family, pods, ofFamily(existing, family), round);
        }
        for (EndpointSlice slice : existing) {
            if (!families.contains(slice.getAddressType())) {
                delete(slice, round);
            }
        }
        return Result.done();
    }

    private static List<EndpointSlice> ofFamily(List<EndpointSlice> slices, String family) {
        return slices.stream()
                .filter(slice -> family.equals(slice.getAddressType()))
                .toList();
    }

    private void apply(
            Service service, String family, List<Pod> pods, List<EndpointSlice> existing, SliceTracker.Round round) {
        SlicePlan plan = SlicePlan.of(wanted(service, family, pods), existing, max);
        String triggerTime = ServicePods.triggerTime(service, pods);
        for (EndpointSlice slice : existing) {
            SlicePlan.Content content = plan.updates.get(slice);
            boolean relabel = !plan.deletions.contains(slice)
                    && !ServicePods.labels(slice).equals(labels(service));
            if (content != null || relabel) {
                SlicePlan.Content next =
                        content == null ? new SlicePlan.Content(slice.getPorts(), slice.getEndpoints()) : content;
                EndpointSlice after =
                        slices.update(written(service, new EndpointSliceBuilder(slice), next, triggerTime));
                boolean changed = !after.getMetadata()
                        .getResourceVersion()
                        .equals(slice.getMetadata().getResourceVersion());
                if (changed) {
                    round.changed(slice);
                }
            }
        }
        for (SlicePlan.Content content : plan.creations) {
            create(service, family, content, triggerTime, round);
        }
        plan.deletions.forEach(slice -> delete(slice, round));
    }

    private Map<List<EndpointPort>, Map<String, Endpoint>> wanted(Service service, String family, List<Pod> pods) {
        Map<List<EndpointPort>, Map<String, Endpoint>> wanted = new LinkedHashMap<>();
        for (Pod pod : pods) {
            List<String> addresses = ServicePods.addresses(pod, family);
            if (!addresses.isEmpty()) {
                List<EndpointPort> ports = ServicePods.ports(service, pod).stream()
                        .map(EndpointSliceController::port)
                        .toList();
                wanted.computeIfAbsent(ports, _ -> new LinkedHashMap<>())
                        .put(pod.getMetadata().getUid(), endpoint(service, pod, addresses));
            }
        }
        return wanted;
    }

    private Endpoint endpoint(Service service, Pod pod, List<String> addresses) {
        boolean serving = PodStates.isReady(pod);
        boolean terminating = PodStates.isTerminating(pod);
        boolean ready = ServicePods.publishesNotReady(service) || (serving && !terminating);
        return new EndpointBuilder()
                .withAddresses(addresses)
                .withNewConditions()
                .withReady(ready)
                .withServing(serving)
                .withTerminating(terminating)
                .endConditions()
                .withHostname(ServicePods.hostname(service, pod))
                .withNodeName(pod.getSpec().getNodeName())
                .withZone(zone(PodStates.nodeName(pod)))
                .withTargetRef(ServicePods.reference(pod))
                .build();
    }

    private @Nullable String zone(String nodeName) {
        return caches.nodes()
                .lister()
                .get(ObjectKey.of(nodeName))
                .map((Node node) -> ServicePods.labels(node).get(ZONE))
                .orElse(null);
    }

    private static EndpointPort port(ServicePods.PodPort port) {
        return new EndpointPortBuilder()
                .withName(port.name())
                .withPort(port.port())
                .withProtocol(port.protocol())
                .withAppProtocol(port.appProtocol())
                .build();
    }

    private static Map<String, String> labels(Service service) {
        Map<String, String> labels = new LinkedHashMap<>(ServicePods.labels(service));
        labels.put(SERVICE_NAME, service.getMetadata().getName());
        labels.put(MANAGED_BY, SELF);
        if (ServicePods.isHeadless(service)) {
            labels.put(ServicePods.HEADLESS, "");
        } else {
            labels.remove(ServicePods.HEADLESS);
        }
        return labels;
    }

    private static EndpointSlice written(
            Service service, EndpointSliceBuilder slice, SlicePlan.Content content, String triggerTime) {
        return slice.editOrNewMetadata()
                .withLabels(labels(service))
                .addToAnnotations(ServicePods.TRIGGER_TIME, triggerTime)
                .endMetadata()
                .withPorts(content.ports())
                .withEndpoints(content.endpoints())
                .build();
    }

    private void create(
            Service service, String family, SlicePlan.Content content, String triggerTime, SliceTracker.Round round) {
        String name = service.getMetadata().getName();
        EndpointSlice slice = written(
                service,
                new EndpointSliceBuilder()
                        .withNewMetadata()
                        .withNamespace(service.getMetadata().getNamespace())
                        .withGenerateName(name.substring(0, Math.min(name.length(), LONGEST_PREFIX)) + "-")
                        .withOwnerReferences(
                                List.of(OwnerReferences.controllerReference(ResourceTypes.SERVICES, service)))
                        .endMetadata()
                        .withAddressType(family),
                content,
                triggerTime);
        try {
            round.created(slices.create(slice).getMetadata().getName());
        } catch (ApiException e) {
            if (!Refusals.namespaceIsTerminating(e)) {
                throw e;
            }
        }
    }

    private void delete(EndpointSlice slice, SliceTracker.Round round) {
        try {
            slices.delete(ObjectKey.of(slice));
            round.changed(slice);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
