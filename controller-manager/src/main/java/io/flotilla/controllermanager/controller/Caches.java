package io.flotilla.controllermanager.controller;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.informer.Lister;
import io.flotilla.machinery.object.OwnerReferences;
import io.flotilla.machinery.scheme.ResourceType;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The local copies that all controllers share. They are filled while the process stands by, so that a new leader starts
 * from warm caches.
 */
public final class Caches {
    public static final String ROOT_CA_CONFIG_MAP = "kube-root-ca.crt";
    public static final String NODE_LEASES = "kube-node-lease";

    public static final ResourceType<Job> JOBS = new ResourceType<>("batch", "v1", "jobs", "Job", true, Job.class);

    private static final String BY_CONTROLLER = "controller";
    private static final String BY_NODE = "node";
    private static final String BY_NAMESPACE = "namespace";
    private static final String BY_SERVICE = "service";

    private final Informers informers;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final Informer<Namespace> namespaces;
    private final Informer<Service> services;
    private final Informer<Endpoints> endpoints;
    private final Informer<EndpointSlice> endpointSlices;
    private final Informer<ServiceAccount> serviceAccounts;
    private final Informer<ConfigMap> rootCaConfigMaps;
    private final Informer<Lease> nodeLeases;
    private final Informer<Deployment> deployments;
    private final Informer<ReplicaSet> replicaSets;
    private final Informer<Job> jobs;
    private final Informer<ResourceQuota> resourceQuotas;

    /** Names the informers; they start with {@link Informers#start}. */
    public Caches(Informers informers) {
        this.informers = informers;
        pods = owned(ResourceTypes.PODS);
        pods.addIndex(BY_NODE, pod -> List.of(nodeName(pod)));
        nodes = of(ResourceTypes.NODES);
        namespaces = of(ResourceTypes.NAMESPACES);
        services = of(ResourceTypes.SERVICES);
        services.addIndex(BY_NAMESPACE, service -> List.of(namespace(service)));
        endpoints = of(ResourceTypes.ENDPOINTS);
        endpointSlices = of(ResourceTypes.ENDPOINT_SLICES);
        endpointSlices.addIndex(BY_SERVICE, Caches::serviceOf);
        serviceAccounts =
                of(ResourceTypes.SERVICE_ACCOUNTS, ListOptions.ALL.withFieldSelector("metadata.name=default"));
        rootCaConfigMaps =
                of(ResourceTypes.CONFIG_MAPS, ListOptions.ALL.withFieldSelector("metadata.name=" + ROOT_CA_CONFIG_MAP));
        nodeLeases = of(ResourceTypes.LEASES, ListOptions.inNamespace(NODE_LEASES));
        deployments = of(ResourceTypes.DEPLOYMENTS);
        deployments.addIndex(BY_NAMESPACE, deployment -> List.of(namespace(deployment)));
        replicaSets = owned(ResourceTypes.REPLICA_SETS);
        jobs = owned(JOBS);
        resourceQuotas = of(ResourceTypes.RESOURCE_QUOTAS);
        resourceQuotas.addIndex(BY_NAMESPACE, quota -> List.of(namespace(quota)));
    }

    private <T extends HasMetadata> Informer<T> of(ResourceType<T> type) {
        return of(type, ListOptions.ALL);
    }

    private <T extends HasMetadata> Informer<T> of(ResourceType<T> type, ListOptions selection) {
        Informer<T> informer = informers.of(type, selection);
        informer.setTransform(Caches::withoutManagedFields);
        return informer;
    }

    private <T extends HasMetadata> Informer<T> owned(ResourceType<T> type) {
        Informer<T> informer = of(type);
        informer.addIndex(BY_CONTROLLER, object -> List.of(controllerKey(object)));
        informer.addIndex(BY_NAMESPACE, object -> List.of(namespace(object)));
        return informer;
    }

    /** Managed fields are half of many objects, no controller reads them, and an update without them keeps them. */
    public static <T extends HasMetadata> T withoutManagedFields(T object) {
        object.getMetadata().setManagedFields(new ArrayList<>(0));
        return object;
    }

    private static String controllerKey(HasMetadata object) {
        return OwnerReferences.controllerOf(object)
                .map(OwnerReference::getUid)
                .orElseGet(() -> orphans(namespace(object)));
    }

    private static String orphans(String namespace) {
        return "orphans in " + namespace;
    }

    private static String namespace(HasMetadata object) {
        return Optional.ofNullable(object.getMetadata().getNamespace()).orElse("");
    }

    private static String nodeName(Pod pod) {
        String name = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return name == null ? "" : name;
    }

    private static List<String> serviceOf(EndpointSlice slice) {
        String service = slice.getMetadata().getLabels() == null
                ? null
                : slice.getMetadata().getLabels().get("kubernetes.io/service-name");
        return service == null ? List.of() : List.of(namespace(slice) + "/" + service);
    }

    /** Returns what a controller owns and, in the same namespace, what nobody controls. */
    public static <T extends HasMetadata> List<T> ownedOrOrphaned(Lister<T> lister, HasMetadata controller) {
        List<T> found = new ArrayList<>(
                lister.byIndex(BY_CONTROLLER, controller.getMetadata().getUid()));
        found.addAll(lister.byIndex(BY_CONTROLLER, orphans(namespace(controller))));
        return found;
    }

    /** Returns what the controller of this UID owns; of pods, replica sets and the like only. */
    public static <T extends HasMetadata> List<T> ownedBy(Lister<T> lister, String controllerUid) {
        return lister.byIndex(BY_CONTROLLER, controllerUid);
    }

    /** Returns the objects of a namespace, by an index. */
    public static <T extends HasMetadata> List<T> inNamespace(Lister<T> lister, String namespace) {
        return lister.byIndex(BY_NAMESPACE, namespace);
    }

    /** Returns the pods bound to the node. */
    public List<Pod> podsOnNode(String node) {
        return pods.lister().byIndex(BY_NODE, node);
    }

    /** Returns the slices labelled as the service's. */
    public List<EndpointSlice> slicesOf(String namespace, String service) {
        return endpointSlices.lister().byIndex(BY_SERVICE, namespace + "/" + service);
    }

    public boolean hasSynced() {
        return informers.hasSynced();
    }

    /** Waits until all are filled. */
    public void awaitSynced() throws InterruptedException {
        informers.awaitSynced();
    }

    public Informer<Pod> pods() {
        return pods;
    }

    public Informer<Node> nodes() {
        return nodes;
    }

    public Informer<Namespace> namespaces() {
        return namespaces;
    }

    public Informer<Service> services() {
        return services;
    }

    public Informer<Endpoints> endpoints() {
        return endpoints;
    }

    public Informer<EndpointSlice> endpointSlices() {
        return endpointSlices;
    }

    /** Returns the service accounts named {@code default}, and no others. */
    public Informer<ServiceAccount> defaultServiceAccounts() {
        return serviceAccounts;
    }

    /** Returns the config maps that carry the root CA, and no others. */
    public Informer<ConfigMap> rootCaConfigMaps() {
        return rootCaConfigMaps;
    }

    public Informer<Lease> nodeLeases() {
        return nodeLeases;
    }

    public Informer<Deployment> deployments() {
        return deployments;
    }

    public Informer<ReplicaSet> replicaSets() {
        return replicaSets;
    }

    public Informer<Job> jobs() {
        return jobs;
    }

    public Informer<ResourceQuota> resourceQuotas() {
        return resourceQuotas;
    }
}
