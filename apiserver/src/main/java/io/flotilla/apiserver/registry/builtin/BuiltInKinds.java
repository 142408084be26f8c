package io.flotilla.apiserver.registry.builtin;

import io.flotilla.apiserver.admission.DefaultClass;
import io.flotilla.apiserver.admission.DefaultTolerationSeconds;
import io.flotilla.apiserver.admission.Priority;
import io.flotilla.apiserver.admission.RuntimeClass;
import io.flotilla.apiserver.admission.ServiceAccount;
import io.flotilla.apiserver.admission.StorageObjectInUseProtection;
import io.flotilla.apiserver.admission.TaintNodesByCondition;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.KindRules;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.Strategy;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.batch.CronJobStrategy;
import io.flotilla.apiserver.registry.batch.JobStrategy;
import io.flotilla.apiserver.registry.coordination.LeaseStrategy;
import io.flotilla.apiserver.registry.core.ConfigMapStrategy;
import io.flotilla.apiserver.registry.core.EndpointsStrategy;
import io.flotilla.apiserver.registry.core.EventStrategy;
import io.flotilla.apiserver.registry.core.LimitRangeStrategy;
import io.flotilla.apiserver.registry.core.NamespaceFinalize;
import io.flotilla.apiserver.registry.core.NamespaceStrategy;
import io.flotilla.apiserver.registry.core.NodeStrategy;
import io.flotilla.apiserver.registry.core.ResourceQuotaStrategy;
import io.flotilla.apiserver.registry.core.SecretStrategy;
import io.flotilla.apiserver.registry.pod.Binding;
import io.flotilla.apiserver.registry.pod.EphemeralContainers;
import io.flotilla.apiserver.registry.pod.PodStrategy;
import io.flotilla.apiserver.registry.pod.Resize;
import io.flotilla.apiserver.registry.policy.Eviction;
import io.flotilla.apiserver.registry.policy.PodDisruptionBudgetStrategy;
import io.flotilla.apiserver.registry.service.ClusterAddresses;
import io.flotilla.apiserver.registry.service.EndpointSliceStrategy;
import io.flotilla.apiserver.registry.service.NodePorts;
import io.flotilla.apiserver.registry.service.ServiceStrategy;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.workload.ControllerRevisionStrategy;
import io.flotilla.apiserver.registry.workload.DaemonSetStrategy;
import io.flotilla.apiserver.registry.workload.DeploymentStrategy;
import io.flotilla.apiserver.registry.workload.ReplicaSetStrategy;
import io.flotilla.apiserver.registry.workload.ReplicationControllerStrategy;
import io.flotilla.apiserver.registry.workload.Scale;
import io.flotilla.apiserver.registry.workload.StatefulSetStrategy;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The rules of all built-in kinds. */
public final class BuiltInKinds implements KindRules {
    private final Map<String, Strategy> strategies = new HashMap<>();
    private final Map<String, SubresourceHandler> handlers = new HashMap<>();
    private final List<Admission> admission;

    /** @param random for names and for where searches begin */
    public BuiltInKinds(Schema schema, ClusterSettings settings, RandomGenerator random) {
        Resources resources = new SchemaResources(schema);
        addCore(settings, resources, random);
        addWorkloads();
        addHandlers(resources);
        admission = List.of(
                new ServiceAccount(resources, random),
                new TaintNodesByCondition(),
                new Priority(resources),
                new DefaultTolerationSeconds(),
                DefaultClass.ofClaims(resources),
                new StorageObjectInUseProtection(),
                new RuntimeClass(resources),
                DefaultClass.ofIngresses(resources));
    }

    private void addCore(ClusterSettings settings, Resources resources, RandomGenerator random) {
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
                        new ClusterAddresses(resources, settings.serviceCidr(), random),
                        new NodePorts(settings.firstNodePort(), settings.lastNodePort(), random),
                        loopback));
        strategies.put("endpoints", new EndpointsStrategy(loopback));
        strategies.put("endpointslices.discovery.k8s.io", new EndpointSliceStrategy(loopback));
        strategies.put("events", new EventStrategy());
        strategies.put("limitranges", new LimitRangeStrategy());
        strategies.put("resourcequotas", new ResourceQuotaStrategy());
        strategies.put("leases.coordination.k8s.io", new LeaseStrategy());
        strategies.put("poddisruptionbudgets.policy", new PodDisruptionBudgetStrategy());
    }

    private void addWorkloads() {
        strategies.put("replicationcontrollers", new ReplicationControllerStrategy());
        strategies.put("deployments.apps", new DeploymentStrategy());
        strategies.put("replicasets.apps", new ReplicaSetStrategy());
        strategies.put("statefulsets.apps", new StatefulSetStrategy());
        strategies.put("daemonsets.apps", new DaemonSetStrategy());
        strategies.put("controllerrevisions.apps", new ControllerRevisionStrategy());
        strategies.put("jobs.batch", new JobStrategy());
        strategies.put("cronjobs.batch", new CronJobStrategy());
    }

    private void addHandlers(Resources resources) {
        Binding binding = new Binding(resources.of("", "pods"));
        handlers.put("bindings", binding);
        handlers.put("pods/binding", binding);
        handlers.put("pods/eviction", new Eviction(resources, new PodStrategy()));
        handlers.put("pods/ephemeralcontainers", new EphemeralContainers());
        handlers.put("pods/resize", new Resize());
        handlers.put("namespaces/finalize", new NamespaceFinalize());
        Scale scale = new Scale();
        for (String workload :
                List.of("replicationcontrollers", "deployments.apps", "replicasets.apps", "statefulsets.apps")) {
            handlers.put(workload + "/scale", scale);
        }
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
    public Optional<SubresourceHandler> subresource(ResourceInfo parent, String subresource) {
        String name = parent.qualifiedResource();
        return Optional.ofNullable(handlers.get(subresource.isEmpty() ? name : name + "/" + subresource));
    }

    @Override
    public List<Admission> admission() {
        return admission;
    }

    @Override
    public List<ResourceInfo> unserved() {
        return List.of(NodePorts.RANGES);
    }

    @Override
    public void start(ObjectStore store) {
        // What every cluster has is made here.
    }
}
