package io.flotilla.scheduler;

import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.GrpcApiClient;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.component.HealthChecks;
import io.flotilla.machinery.component.HealthServer;
import io.flotilla.machinery.component.Lifecycle;
import io.flotilla.machinery.component.ProcessMetrics;
import io.flotilla.machinery.election.CandidateIdentity;
import io.flotilla.machinery.election.LeaderElector;
import io.flotilla.machinery.event.ApiEventRecorder;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.scheduler.cycle.ClusterEvents;
import io.flotilla.scheduler.cycle.LeaderClient;
import io.flotilla.scheduler.cycle.Scheduler;
import io.flotilla.scheduler.metrics.SchedulerMetrics;
import io.flotilla.scheduler.object.NodeFacts;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.plugin.DefaultPlugins;
import io.flotilla.scheduler.profile.NodeChooser;
import io.flotilla.scheduler.profile.Profile;
import io.flotilla.scheduler.queue.SchedulingQueue;
import io.flotilla.scheduler.snapshot.Cache;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What the scheduler is made of. */
@Factory
final class SchedulerFactory {
    private static final String NAME = "default-scheduler";
    private static final String LEASE = "kube-scheduler";
    private static final int PORT = 10259;
    private static final Duration ASSUMED_FOR = Duration.ofMinutes(15);
    private static final ListOptions UNFINISHED =
            ListOptions.ALL.withFieldSelector("status.phase!=Succeeded,status.phase!=Failed");

    @Singleton
    @Bean(preDestroy = "close")
    ApiClient client(SchedulerCommand command) {
        return GrpcApiClient.open(command.client().toConfig(), RandomGenerator.getDefault());
    }

    @Singleton
    Lifecycle lifecycle(SchedulerCommand command, ApiClient client) {
        PrometheusMeterRegistry registry = ProcessMetrics.create();
        SchedulerMetrics metrics = new SchedulerMetrics(registry, NAME);
        Informers informers = new Informers(client);
        Informer<PodInfo> pods = informers.of(PodInfo.TYPE, UNFINISHED);
        Informer<NodeFacts> nodes = informers.of(NodeFacts.TYPE);
        LeaderClient leaderClient = new LeaderClient();
        Profile profile = new Profile(NAME, DefaultPlugins.create(leaderClient), metrics);
        Cache cache = new Cache(System::nanoTime, ASSUMED_FOR);
        SchedulingQueue queue = new SchedulingQueue(profile.plugins(), System::nanoTime, metrics);
        ClusterEvents changes = new ClusterEvents(cache, queue, NAME);
        nodes.addHandler(changes.nodes());
        pods.addHandler(changes.pods());
        ApiEventRecorder events =
                new ApiEventRecorder(client.resource(ResourceTypes.EVENTS), NAME, "", Clock.systemUTC());
        NodeChooser chooser =
                new NodeChooser(profile, command.percentageOfNodesToScore(), RandomGenerator.getDefault());
        Scheduler scheduler = new Scheduler(
                client,
                leaderClient,
                profile,
                chooser,
                cache,
                queue,
                pods.lister(),
                events,
                metrics,
                Clock.systemUTC());
        HealthChecks checks = new HealthChecks()
                .ready("informer-sync", () -> synced(informers))
                .ready("sched-handler-sync", () -> synced(informers));
        HealthServer health = new HealthServer(command.serving().toConfig(PORT), checks, registry);
        Lifecycle lifecycle = new Lifecycle()
                .add("health", health::start, health)
                .add("events", events::start, events)
                .add("informers", informers::start, informers);
        // Without the whole picture it would crowd pods onto nodes that look empty.
        lifecycle.add("sync", informers::awaitSynced, () -> {});
        if (!command.election().enabled()) {
            return lifecycle.add("scheduler", scheduler::beginAlone, scheduler);
        }
        LeaderElector elector = new LeaderElector(
                command.election().toConfig(LEASE, CandidateIdentity.ofThisProcess()),
                client,
                scheduler,
                Clock.systemUTC(),
                System::nanoTime);
        return lifecycle.add("election", elector::start, elector);
    }

    private static Optional<String> synced(Informers informers) {
        return informers.hasSynced() ? Optional.empty() : Optional.of("informers have not synced yet");
    }
}
