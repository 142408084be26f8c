package io.flotilla.kubelet;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.flotilla.kubelet.admission.NodeAdmission;
import io.flotilla.kubelet.backoff.CrashBackoff;
import io.flotilla.kubelet.container.ContainerConfigs;
import io.flotilla.kubelet.container.ContainerKiller;
import io.flotilla.kubelet.container.ContainerStarter;
import io.flotilla.kubelet.container.Hooks;
import io.flotilla.kubelet.container.PodDirectories;
import io.flotilla.kubelet.container.SandboxConfigs;
import io.flotilla.kubelet.cri.ContainerNews;
import io.flotilla.kubelet.cri.Cri;
import io.flotilla.kubelet.env.DownwardApi;
import io.flotilla.kubelet.env.Environment;
import io.flotilla.kubelet.image.ImageManager;
import io.flotilla.kubelet.log.LogFollowing;
import io.flotilla.kubelet.log.LogRotation;
import io.flotilla.kubelet.log.RunningLogs;
import io.flotilla.kubelet.node.Machine;
import io.flotilla.kubelet.node.NodeIdentity;
import io.flotilla.kubelet.node.NodeLease;
import io.flotilla.kubelet.node.NodeReporter;
import io.flotilla.kubelet.node.NodeStatuses;
import io.flotilla.kubelet.probe.NetworkProber;
import io.flotilla.kubelet.probe.PodProbes;
import io.flotilla.kubelet.probe.Prober;
import io.flotilla.kubelet.probe.SimulatedProber;
import io.flotilla.kubelet.reference.WatchedReferences;
import io.flotilla.kubelet.runtime.ContainerRuntime;
import io.flotilla.kubelet.runtime.ContainerRuntimes;
import io.flotilla.kubelet.runtime.RuntimeEndpoint;
import io.flotilla.kubelet.serving.NodeServer;
import io.flotilla.kubelet.stats.NodeSummary;
import io.flotilla.kubelet.stats.UsageCounters;
import io.flotilla.kubelet.status.PodStatuses;
import io.flotilla.kubelet.status.StatusManager;
import io.flotilla.kubelet.timer.ThreadTimers;
import io.flotilla.kubelet.volume.MemoryMounts;
import io.flotilla.kubelet.volume.VolumeManager;
import io.flotilla.kubelet.worker.PodWorkers;
import io.flotilla.kubelet.worker.WorkerTools;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.GrpcApiClient;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.component.HealthChecks;
import io.flotilla.machinery.component.HealthServer;
import io.flotilla.machinery.component.Lifecycle;
import io.flotilla.machinery.component.ProcessMetrics;
import io.flotilla.machinery.component.ServingConfig;
import io.flotilla.machinery.event.ApiEventRecorder;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.proto.cri.VersionResponse;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;

/** Puts the agent together. */
@Factory
final class KubeletFactory {

    @Singleton
    KubeletConfig config(KubeletCommand command) {
        return command.config();
    }

    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Singleton
    ApiClient client(KubeletConfig config) {
        return GrpcApiClient.open(config.client(), new SecureRandom());
    }

    @Singleton
    Informers informers(ApiClient client) {
        return new Informers(client);
    }

    @Singleton
    ContainerRuntime runtime(KubeletConfig config) throws IOException {
        Files.createDirectories(config.rootDir());
        return ContainerRuntimes.open(RuntimeEndpoint.parse(config.runtimeEndpoint()), config.rootDir());
    }

    @Singleton
    Cri cri(ContainerRuntime runtime) {
        return new Cri(runtime.channel());
    }

    @Singleton
    VersionResponse runtimeVersion(Cri cri) {
        return cri.version();
    }

    @Singleton
    NodeIdentity identity(KubeletConfig config) {
        return new NodeIdentity(
                config.nodeName(),
                config.nodeIp(),
                config.port(),
                config.podCidr(),
                config.maxPods(),
                config.nodeLabels(),
                config.taints());
    }

    @Singleton
    Machine machine() {
        return Machine.read();
    }

    @Singleton
    ApiEventRecorder events(ApiClient client, KubeletConfig config, Clock clock) {
        return new ApiEventRecorder(client.resource(ResourceTypes.EVENTS), "kubelet", config.nodeName(), clock);
    }

    @Singleton
    NodeStatuses nodeStatuses(
            KubeletConfig config,
            NodeIdentity identity,
            Machine machine,
            VersionResponse version,
            Cri cri,
            Clock clock) {
        return new NodeStatuses(
                identity,
                machine,
                config.rootDir(),
                version.getRuntimeName() + "://" + version.getRuntimeVersion(),
                cri,
                clock);
    }

    @Singleton
    NodeReporter reporter(
            KubeletConfig config,
            NodeIdentity identity,
            Machine machine,
            ApiClient client,
            NodeStatuses statuses,
            ApiEventRecorder events) {
        return new NodeReporter(
                identity, machine, client.resource(ResourceTypes.NODES), statuses, events, config.statusFrequency());
    }

    @Singleton
    NodeLease lease(KubeletConfig config, ApiClient client, NodeReporter reporter, Clock clock) {
        return new NodeLease(config.nodeName(), config.leaseSeconds(), client, reporter::node, clock);
    }

    @Singleton
    StatusManager statusManager(ApiClient client) {
        return new StatusManager(client.resource(ResourceTypes.PODS));
    }

    @Singleton
    ThreadTimers timers() {
        return new ThreadTimers();
    }

    @Singleton
    DownwardApi downwardApi(KubeletConfig config, NodeStatuses statuses) {
        return new DownwardApi(config.nodeIp(), statuses.allocatable());
    }

    @Singleton
    Agent agent(
            KubeletConfig config,
            ContainerRuntime runtime,
            Cri cri,
            VersionResponse version,
            Machine machine,
            ApiClient client,
            Informers informers,
            DownwardApi downwardApi,
            StatusManager statusManager,
            NodeReporter reporter,
            LogFollowing following,
            ThreadTimers timers,
            ApiEventRecorder events,
            Clock clock) {
        Informer<Pod> pods = pods(informers, config);
        Informer<Node> node = informers.of(
                ResourceTypes.NODES, ListOptions.ALL.withFieldSelector("metadata.name=" + config.nodeName()));
        Informer<Service> services = informers.of(ResourceTypes.SERVICES);
        PodDirectories directories = new PodDirectories(config.rootDir());
        SandboxConfigs sandboxes =
                new SandboxConfigs(config.nodeName(), config.clusterDns(), config.clusterDomain(), directories);
        WorkersLater later = new WorkersLater();
        WatchedReferences references = new WatchedReferences(client, later::wake);
        CrashBackoff backoff = new CrashBackoff(clock);
        ImageManager images = new ImageManager(cri, references, events, backoff, clock);
        Hooks hooks = new Hooks(cri);
        ContainerKiller killer = new ContainerKiller(cri, hooks, events);
        ContainerConfigs configs = new ContainerConfigs(
                new Environment(references, services.lister(), downwardApi),
                directories,
                sandboxes,
                machine.memoryBytes(),
                !runtime.streams(),
                new SplittableRandom());
        VolumeManager volumes = new VolumeManager(
                directories.pods(),
                client,
                references,
                downwardApi,
                new MemoryMounts("root".equals(System.getProperty("user.name"))),
                clock);
        PodWorkers workers = new PodWorkers(new WorkerTools(
                cri,
                new ContainerStarter(cri, images, configs, sandboxes, directories, hooks, killer, events),
                killer,
                images,
                volumes,
                references,
                new PodStatuses(version.getRuntimeName(), config.nodeIp(), clock),
                statusManager,
                new NodeAdmission(() -> node.lister().list().stream().findFirst()),
                backoff,
                new PodProbes.Tools(prober(config, cri), timers, events, clock, new SplittableRandom()),
                directories,
                events,
                timers,
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory()),
                clock));
        later.are(workers);
        ContainerNews news = new ContainerNews(
                runtime.channel(),
                cri,
                uid -> {
                    workers.wake(uid);
                    following.podChanged(uid);
                },
                () -> {
                    workers.wakeAll();
                    following.allChanged();
                });
        return new Agent(config.podCidr(), cri, informers, pods, node, reporter, workers, references, news);
    }

    private static Informer<Pod> pods(Informers informers, KubeletConfig config) {
        return informers.of(
                ResourceTypes.PODS, ListOptions.ALL.withFieldSelector("spec.nodeName=" + config.nodeName()));
    }

    private static Prober prober(KubeletConfig config, Cri cri) {
        Prober prober = new NetworkProber(cri);
        return RuntimeEndpoint.parse(config.runtimeEndpoint()) instanceof RuntimeEndpoint.OfSimulation
                ? new SimulatedProber(prober)
                : prober;
    }

    @Singleton
    LogFollowing following() {
        return new LogFollowing();
    }

    @Singleton
    LogRotation rotation(KubeletConfig config, Cri cri, ThreadTimers timers, Clock clock) {
        return new LogRotation(
                cri,
                () -> RunningLogs.of(cri, new PodDirectories(config.rootDir())),
                config.logMaxBytes(),
                config.logMaxFiles(),
                timers,
                clock);
    }

    @Singleton
    NodeServer server(
            KubeletConfig config,
            ContainerRuntime runtime,
            Cri cri,
            Informers informers,
            LogFollowing following,
            StatusManager statuses,
            Clock clock) {
        Optional<ServingConfig.KeyPair> keyPair = config.serving().keyPair();
        return new NodeServer(
                new NodeServer.Listening(
                        config.nodeIp(),
                        config.port(),
                        keyPair.map(ServingConfig.KeyPair::certificate)
                                .orElse(config.client().clientCertificate()),
                        keyPair.map(ServingConfig.KeyPair::key)
                                .orElse(config.client().clientKey()),
                        config.clientCa().orElse(config.client().certificateAuthority())),
                runtime,
                cri,
                pods(informers, config).lister(),
                new PodDirectories(config.rootDir()),
                following,
                statuses::current,
                new NodeSummary(config.nodeName(), config.rootDir(), cri, clock),
                new UsageCounters(cri, clock),
                clock);
    }

    @Singleton
    HealthServer health(KubeletConfig config, Agent agent) {
        HealthChecks checks = new HealthChecks().ready("node", agent::problem);
        return new HealthServer(
                new ServingConfig(
                        config.serving().bindAddress(), config.serving().port(), Optional.empty()),
                checks,
                ProcessMetrics.create());
    }

    @Singleton
    Lifecycle lifecycle(
            ApiClient client,
            ContainerRuntime runtime,
            ThreadTimers timers,
            ApiEventRecorder events,
            HealthServer health,
            StatusManager statuses,
            NodeReporter reporter,
            NodeLease lease,
            NodeServer server,
            LogRotation rotation,
            Agent agent) {
        return new Lifecycle()
                .addClosing("client", client)
                .addClosing("runtime", runtime)
                .addClosing("timers", timers)
                .add("events", events::start, events)
                .add("health", health::start, health)
                .add("node API", server::start, server)
                .add("pod status", statuses::start, statuses)
                .add("node status", reporter::start, reporter)
                .add("lease", lease::start, lease)
                .add("pods", agent::start, agent)
                .add("log rotation", rotation::start, rotation);
    }
}
