package io.flotilla.apiserver.registry.builtin;

import static java.util.Objects.requireNonNull;

import io.flotilla.apiserver.admission.CertificateSubjectRestriction;
import io.flotilla.apiserver.admission.DefaultClass;
import io.flotilla.apiserver.admission.DefaultTolerationSeconds;
import io.flotilla.apiserver.admission.LimitRanger;
import io.flotilla.apiserver.admission.NodeRestriction;
import io.flotilla.apiserver.admission.Priority;
import io.flotilla.apiserver.admission.ResourceQuota;
import io.flotilla.apiserver.admission.RuntimeClass;
import io.flotilla.apiserver.admission.ServiceAccount;
import io.flotilla.apiserver.admission.StorageObjectInUseProtection;
import io.flotilla.apiserver.admission.TaintNodesByCondition;
import io.flotilla.apiserver.authn.ServiceAccountTokens;
import io.flotilla.apiserver.authn.TokenRequests;
import io.flotilla.apiserver.authz.AccessReviews;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.authz.Signers;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Conversion;
import io.flotilla.apiserver.registry.KindRules;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.Strategy;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.admissionregistration.MutatingBindingStrategy;
import io.flotilla.apiserver.registry.admissionregistration.MutatingPolicyStrategy;
import io.flotilla.apiserver.registry.admissionregistration.ValidatingBindingStrategy;
import io.flotilla.apiserver.registry.admissionregistration.ValidatingPolicyStrategy;
import io.flotilla.apiserver.registry.aggregation.ApiServiceStrategy;
import io.flotilla.apiserver.registry.batch.CronJobStrategy;
import io.flotilla.apiserver.registry.batch.JobStrategy;
import io.flotilla.apiserver.registry.certificate.Approval;
import io.flotilla.apiserver.registry.certificate.SigningRequestStrategy;
import io.flotilla.apiserver.registry.coordination.LeaseStrategy;
import io.flotilla.apiserver.registry.core.ComponentStatuses;
import io.flotilla.apiserver.registry.core.ConfigMapStrategy;
import io.flotilla.apiserver.registry.core.EndpointsStrategy;
import io.flotilla.apiserver.registry.core.EventConversion;
import io.flotilla.apiserver.registry.core.EventStrategy;
import io.flotilla.apiserver.registry.core.LimitRangeStrategy;
import io.flotilla.apiserver.registry.core.NamespaceFinalize;
import io.flotilla.apiserver.registry.core.NamespaceStrategy;
import io.flotilla.apiserver.registry.core.NodeStrategy;
import io.flotilla.apiserver.registry.core.ResourceQuotaStrategy;
import io.flotilla.apiserver.registry.core.SecretStrategy;
import io.flotilla.apiserver.registry.device.DeviceClassStrategy;
import io.flotilla.apiserver.registry.device.ResourceClaimStrategy;
import io.flotilla.apiserver.registry.device.ResourceClaimTemplateStrategy;
import io.flotilla.apiserver.registry.device.ResourceSliceStrategy;
import io.flotilla.apiserver.registry.device.SelectorCheck;
import io.flotilla.apiserver.registry.flowcontrol.FlowSchemaStrategy;
import io.flotilla.apiserver.registry.flowcontrol.PriorityLevelStrategy;
import io.flotilla.apiserver.registry.legacy.IngressConversion;
import io.flotilla.apiserver.registry.legacy.WorkloadConversion;
import io.flotilla.apiserver.registry.networking.IngressClassStrategy;
import io.flotilla.apiserver.registry.networking.IngressStrategy;
import io.flotilla.apiserver.registry.networking.IpAddressStrategy;
import io.flotilla.apiserver.registry.networking.NetworkPolicyStrategy;
import io.flotilla.apiserver.registry.networking.ServiceCidrStrategy;
import io.flotilla.apiserver.registry.node.RuntimeClassStrategy;
import io.flotilla.apiserver.registry.pod.Binding;
import io.flotilla.apiserver.registry.pod.EphemeralContainers;
import io.flotilla.apiserver.registry.pod.PodStrategy;
import io.flotilla.apiserver.registry.pod.Resize;
import io.flotilla.apiserver.registry.policy.Eviction;
import io.flotilla.apiserver.registry.policy.PodDisruptionBudgetStrategy;
import io.flotilla.apiserver.registry.rbac.RoleBindingStrategy;
import io.flotilla.apiserver.registry.rbac.RoleStrategy;
import io.flotilla.apiserver.registry.scheduling.PriorityClassStrategy;
import io.flotilla.apiserver.registry.service.ClusterAddresses;
import io.flotilla.apiserver.registry.service.EndpointSliceStrategy;
import io.flotilla.apiserver.registry.service.NodePorts;
import io.flotilla.apiserver.registry.service.ServiceStrategy;
import io.flotilla.apiserver.registry.storage.CsiDriverStrategy;
import io.flotilla.apiserver.registry.storage.CsiNodeStrategy;
import io.flotilla.apiserver.registry.storage.CsiStorageCapacityStrategy;
import io.flotilla.apiserver.registry.storage.PersistentVolumeClaimStrategy;
import io.flotilla.apiserver.registry.storage.PersistentVolumeStrategy;
import io.flotilla.apiserver.registry.storage.StorageClassStrategy;
import io.flotilla.apiserver.registry.storage.VolumeAttachmentStrategy;
import io.flotilla.apiserver.registry.storage.VolumeAttributesClassStrategy;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.workload.AutoscalerConversion;
import io.flotilla.apiserver.registry.workload.AutoscalerStrategy;
import io.flotilla.apiserver.registry.workload.ControllerRevisionStrategy;
import io.flotilla.apiserver.registry.workload.DaemonSetStrategy;
import io.flotilla.apiserver.registry.workload.DeploymentStrategy;
import io.flotilla.apiserver.registry.workload.PodTemplateStrategy;
import io.flotilla.apiserver.registry.workload.ReplicaSetStrategy;
import io.flotilla.apiserver.registry.workload.ReplicationControllerStrategy;
import io.flotilla.apiserver.registry.workload.Scale;
import io.flotilla.apiserver.registry.workload.StatefulSetStrategy;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules of all built-in kinds. */
public final class BuiltInKinds implements KindRules {
    private static final Logger LOG = LoggerFactory.getLogger(BuiltInKinds.class);
    private static final String APPROVAL = "certificatesigningrequests.certificates.k8s.io/approval";
    private static final Duration RENEW = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration STOP = Duration.ofSeconds(2);

    private final Map<String, Strategy> strategies = new HashMap<>();
    private final Map<String, SubresourceHandler> handlers = new HashMap<>();
    private final List<Admission> admission = new ArrayList<>();
    private final Resources resources;
    private final Schema schema;
    private final Admission quota;
    private final NodeRestriction nodeRestriction;
    private final ClusterSettings settings;
    private final ClusterAddresses addresses;
    private final Clock clock;
    private volatile boolean made;
    private volatile @Nullable Thread keeper;

    /** @param random for names and for where searches begin */
    public BuiltInKinds(Schema schema, ClusterSettings settings, Clock clock, RandomGenerator random) {
        this.schema = schema;
        this.resources = new SchemaResources(schema);
        this.quota = new ResourceQuota(resources);
        this.nodeRestriction = new NodeRestriction(resources);
        this.settings = settings;
        this.clock = clock;
        this.addresses = new ClusterAddresses(resources, settings.serviceCidr(), random);
        addCore(random);
        addWorkloads();
        addRoles();
        addNetworking();
        addStorage();
        addServing();
        addHandlers();
        admission.addAll(List.of(
                new LimitRanger(resources),
                new ServiceAccount(resources, random),
                nodeRestriction,
                new TaintNodesByCondition(),
                new Priority(resources),
                new DefaultTolerationSeconds(),
                DefaultClass.ofClaims(resources),
                new StorageObjectInUseProtection(),
                new RuntimeClass(resources),
                new CertificateSubjectRestriction(),
                DefaultClass.ofIngresses(resources),
                quota));
    }

    private void addCore(RandomGenerator random) {
        boolean loopback = settings.loopbackIsOrdinary();
        strategies.put("pods", new PodStrategy());
        strategies.put("namespaces", new NamespaceStrategy());
        strategies.put("nodes", new NodeStrategy());
        strategies.put("configmaps", new ConfigMapStrategy());
        strategies.put("secrets", new SecretStrategy());
        strategies.put("serviceaccounts", new KindStrategy(Names::subdomain, KindStrategy.Shape.PLAIN));
        strategies.put(
                "services",
                new ServiceStrategy(
                        addresses, new NodePorts(settings.firstNodePort(), settings.lastNodePort(), random), loopback));
        strategies.put("endpoints", new EndpointsStrategy(loopback));
        strategies.put("endpointslices.discovery.k8s.io", new EndpointSliceStrategy(loopback));
        strategies.put("events", EventStrategy.lenient());
        strategies.put("limitranges", new LimitRangeStrategy());
        strategies.put("resourcequotas", new ResourceQuotaStrategy());
        strategies.put("leases.coordination.k8s.io", new LeaseStrategy());
        strategies.put("poddisruptionbudgets.policy", new PodDisruptionBudgetStrategy());
    }

    /** Adds the rules of a kind that has its home elsewhere. */
    public BuiltInKinds withRules(String qualifiedResource, Strategy strategy) {
        strategies.put(qualifiedResource, strategy);
        return this;
    }

    /** Has the selectors of device classes and claims checked. */
    public BuiltInKinds withSelectors(SelectorCheck selectors) {
        putDevices(selectors);
        return this;
    }

    private void putDevices(SelectorCheck selectors) {
        strategies.put("deviceclasses.resource.k8s.io", new DeviceClassStrategy(selectors));
        strategies.put("resourceclaims.resource.k8s.io", new ResourceClaimStrategy(selectors));
        strategies.put("resourceclaimtemplates.resource.k8s.io", new ResourceClaimTemplateStrategy(selectors));
    }

    /** Puts something around every admission plugin that there is by now. */
    public BuiltInKinds withAdmission(UnaryOperator<Admission> wrapping) {
        admission.replaceAll(wrapping);
        return this;
    }

    /** Lets clients ask how the control plane is; the members of etcd are asked for what is wrong with them. */
    public BuiltInKinds withComponents(Supplier<Map<String, Optional<String>>> stores) {
        handlers.put("componentstatuses", new ComponentStatuses(resources, stores));
        return this;
    }

    /** Lets a handler stand for a resource whose objects are not kept. */
    public BuiltInKinds withHandler(String qualifiedResource, SubresourceHandler handler) {
        handlers.put(qualifiedResource, handler);
        return this;
    }

    /** Lets service accounts have tokens. */
    public BuiltInKinds withTokens(ServiceAccountTokens tokens) {
        TokenRequests requests = new TokenRequests(tokens, resources, clock);
        handlers.put("serviceaccounts/token", nodeRestriction.guard("token", requests.issue()));
        handlers.put("tokenreviews.authentication.k8s.io", requests.review());
        return this;
    }

    /** Lets clients ask what is allowed, and rules too; the authorizer is fetched when the first one asks. */
    public BuiltInKinds withReviews(Supplier<Authorizer> authorizer) {
        AccessReviews reviews = new AccessReviews(authorizer);
        handlers.put("selfsubjectaccessreviews.authorization.k8s.io", reviews.self());
        handlers.put("subjectaccessreviews.authorization.k8s.io", reviews.subject());
        handlers.put("localsubjectaccessreviews.authorization.k8s.io", reviews.local());
        handlers.put("selfsubjectrulesreviews.authorization.k8s.io", reviews.rules());
        handlers.put("selfsubjectreviews.authentication.k8s.io", reviews.whoAmI());
        Signers signers = new Signers(authorizer);
        handlers.compute(APPROVAL, (_, approval) -> signers.approval(requireNonNull(approval)));
        admission.add(signers.signing());
        return this;
    }

    private void addStorage() {
        strategies.put("certificatesigningrequests.certificates.k8s.io", new SigningRequestStrategy());
        strategies.put("persistentvolumes", new PersistentVolumeStrategy());
        strategies.put("persistentvolumeclaims", new PersistentVolumeClaimStrategy());
        strategies.put("storageclasses.storage.k8s.io", new StorageClassStrategy());
        strategies.put("volumeattributesclasses.storage.k8s.io", new VolumeAttributesClassStrategy());
        strategies.put("volumeattachments.storage.k8s.io", new VolumeAttachmentStrategy());
        strategies.put("csidrivers.storage.k8s.io", new CsiDriverStrategy());
        strategies.put("csinodes.storage.k8s.io", new CsiNodeStrategy());
        strategies.put("csistoragecapacities.storage.k8s.io", new CsiStorageCapacityStrategy());
        strategies.put("priorityclasses.scheduling.k8s.io", new PriorityClassStrategy());
        strategies.put("runtimeclasses.node.k8s.io", new RuntimeClassStrategy());
        putDevices(SelectorCheck.NONE);
        strategies.put("resourceslices.resource.k8s.io", new ResourceSliceStrategy());
    }

    private void addNetworking() {
        strategies.put("ingresses.networking.k8s.io", new IngressStrategy());
        strategies.put("ingressclasses.networking.k8s.io", new IngressClassStrategy());
        strategies.put("networkpolicies.networking.k8s.io", new NetworkPolicyStrategy());
        strategies.put("ipaddresses.networking.k8s.io", new IpAddressStrategy());
        strategies.put("servicecidrs.networking.k8s.io", new ServiceCidrStrategy());
    }

    private void addServing() {
        String schemas = "flowschemas.flowcontrol.apiserver.k8s.io";
        strategies.put(schemas, new FlowSchemaStrategy(DefaultObjects.mandatorySpecs(schemas)));
        String levels = "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io";
        strategies.put(levels, new PriorityLevelStrategy(DefaultObjects.mandatorySpecs(levels)));
        strategies.put("apiservices.apiregistration.k8s.io", new ApiServiceStrategy());
        String group = ".admissionregistration.k8s.io";
        strategies.put("mutatingadmissionpolicies" + group, new MutatingPolicyStrategy());
        strategies.put("mutatingadmissionpolicybindings" + group, new MutatingBindingStrategy());
        strategies.put("validatingadmissionpolicies" + group, new ValidatingPolicyStrategy());
        strategies.put("validatingadmissionpolicybindings" + group, new ValidatingBindingStrategy());
    }

    private void addRoles() {
        for (String roles : List.of("roles", "clusterroles")) {
            strategies.put(roles + ".rbac.authorization.k8s.io", new RoleStrategy());
        }
        for (String bindings : List.of("rolebindings", "clusterrolebindings")) {
            strategies.put(bindings + ".rbac.authorization.k8s.io", new RoleBindingStrategy());
        }
    }

    private void addWorkloads() {
        strategies.put("replicationcontrollers", new ReplicationControllerStrategy());
        strategies.put("podtemplates", new PodTemplateStrategy());
        strategies.put("deployments.apps", new DeploymentStrategy());
        strategies.put("replicasets.apps", new ReplicaSetStrategy());
        strategies.put("statefulsets.apps", new StatefulSetStrategy());
        strategies.put("daemonsets.apps", new DaemonSetStrategy());
        strategies.put("controllerrevisions.apps", new ControllerRevisionStrategy());
        strategies.put("horizontalpodautoscalers.autoscaling", new AutoscalerStrategy());
        strategies.put("jobs.batch", new JobStrategy());
        strategies.put("cronjobs.batch", new CronJobStrategy());
    }

    private void addHandlers() {
        Binding binding = new Binding(resources.of("", "pods"));
        handlers.put("bindings", binding);
        ofPods("binding", binding);
        ofPods("eviction", new Eviction(resources, new PodStrategy()));
        ofPods("ephemeralcontainers", new EphemeralContainers());
        ofPods("resize", new Resize(quota));
        handlers.put("namespaces/finalize", new NamespaceFinalize());
        handlers.put(APPROVAL, new Approval());
        Scale scale = new Scale();
        for (String workload : List.of(
                "replicationcontrollers",
                "deployments.apps",
                "replicasets.apps",
                "statefulsets.apps",
                "deployments.extensions",
                "replicasets.extensions")) {
            handlers.put(workload + "/scale", scale);
        }
    }

    private void ofPods(String subresource, SubresourceHandler handler) {
        handlers.put("pods/" + subresource, nodeRestriction.guard(subresource, handler));
    }

    @Override
    public Strategy strategy(ResourceInfo resource) {
        Strategy found = strategies.get(resource.qualifiedResource());
        if (found != null) {
            return found;
        }
        boolean status = resource.subresources().contains("status");
        return new KindStrategy(
                Names::subdomain, status ? KindStrategy.Shape.STATUS_AND_GENERATION : KindStrategy.Shape.PLAIN);
    }

    @Override
    public Optional<Strategy> versionStrategy(ResourceInfo served) {
        return served.qualifiedResource().equals("events.events.k8s.io")
                ? Optional.of(EventStrategy.strict())
                : Optional.empty();
    }

    @Override
    public Optional<SubresourceHandler> subresource(ResourceInfo parent, String subresource) {
        String name = parent.qualifiedResource();
        return Optional.ofNullable(handlers.get(subresource.isEmpty() ? name : name + "/" + subresource));
    }

    @Override
    public List<Admission> admission() {
        return List.copyOf(admission);
    }

    @Override
    public Conversion conversion(ResourceInfo resource) {
        return switch (resource.qualifiedResource()) {
            case "events", "events.events.k8s.io" -> new EventConversion();
            case "horizontalpodautoscalers.autoscaling" -> new AutoscalerConversion();
            case "daemonsets.apps", "deployments.apps", "replicasets.apps", "statefulsets.apps", "cronjobs.batch" ->
                new WorkloadConversion(schema, resource);
            case "ingresses.networking.k8s.io" -> new IngressConversion();
            default -> Conversion.NONE;
        };
    }

    @Override
    public List<ResourceInfo> unserved() {
        return List.of(NodePorts.RANGES);
    }

    /** Makes what every cluster has, and keeps the endpoints of the API servers from then on. */
    @Override
    public void start(ObjectStore store) {
        ServerEndpoints endpoints = new ServerEndpoints(resources, store, settings, clock, System::nanoTime);
        keeper = Thread.ofVirtual().name("default-objects").start(() -> keep(store, endpoints));
    }

    @Override
    public boolean isStarted() {
        return made;
    }

    private void keep(ObjectStore store, ServerEndpoints endpoints) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                if (!made) {
                    KubernetesService.ensure(resources, store, addresses, settings, clock);
                    new DefaultObjects(resources, store, clock).ensure(settings.serviceCidr());
                    made = true;
                }
                endpoints.reconcile();
            } catch (RuntimeException e) {
                LOG.warn("default objects are not complete yet: {}", e.getMessage());
            }
            try {
                Thread.sleep(made ? RENEW : RETRY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Thread.interrupted();
        try {
            endpoints.withdraw();
        } catch (RuntimeException e) {
            LOG.info("this server's endpoint stays until its lease expires: {}", e.getMessage());
        }
    }

    @Override
    public void stop() {
        Thread running = keeper;
        if (running != null) {
            running.interrupt();
            try {
                running.join(STOP);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
