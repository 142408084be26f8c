package io.flotilla.controllermanager;

import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.machinery.client.GrpcApiClient;
import io.flotilla.machinery.component.HealthChecks;
import io.flotilla.machinery.component.HealthServer;
import io.flotilla.machinery.component.Lifecycle;
import io.flotilla.machinery.component.ProcessMetrics;
import io.flotilla.machinery.election.CandidateIdentity;
import io.flotilla.machinery.election.ElectionConfig;
import io.flotilla.machinery.election.LeaderElector;
import io.flotilla.machinery.informer.Informers;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;

/** Wires the process. */
@Factory
final class ControllerManagerFactory {
    private static final String LEASE = "kube-controller-manager";

    @Singleton
    GrpcApiClient client(ControllerManagerCommand command) {
        return GrpcApiClient.open(command.client().toConfig(), new SecureRandom());
    }

    @Singleton
    Informers informers(GrpcApiClient client) {
        return new Informers(client);
    }

    @Singleton
    ControllerManager manager(ControllerManagerCommand command, GrpcApiClient client, Informers informers) {
        ControllerFlags flags = command.controllers();
        return new ControllerManager(
                client,
                new Caches(informers),
                flags.toSettings(),
                new ControllerSelection(
                        flags.controllers(), ControllerTable.builders().keySet()),
                Clock.systemUTC(),
                System::nanoTime);
    }

    @Singleton
    PrometheusMeterRegistry metrics() {
        return ProcessMetrics.create();
    }

    @Singleton
    HealthServer health(ControllerManagerCommand command, ControllerManager manager, PrometheusMeterRegistry metrics) {
        HealthChecks checks = new HealthChecks().ready("informer-sync", manager::notReady);
        return new HealthServer(command.serving().toConfig(ControllerManagerCommand.DEFAULT_PORT), checks, metrics);
    }

    @Singleton
    Lifecycle lifecycle(
            ControllerManagerCommand command,
            GrpcApiClient client,
            Informers informers,
            ControllerManager manager,
            HealthServer health) {
        Lifecycle lifecycle = new Lifecycle()
                .addClosing("client", client)
                .add("health", health::start, health)
                .add("informers", informers::start, informers);
        if (!command.election().enabled()) {
            return lifecycle.add("controllers", manager::runAlone, manager::end);
        }
        ElectionConfig election = command.election().toConfig(LEASE, CandidateIdentity.ofThisProcess());
        LeaderElector elector = new LeaderElector(election, client, manager, Clock.systemUTC(), System::nanoTime);
        return lifecycle.add("elector", elector::start, elector);
    }
}
