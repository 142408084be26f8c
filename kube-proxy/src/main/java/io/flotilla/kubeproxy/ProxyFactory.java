package io.flotilla.kubeproxy;

import io.flotilla.kubeproxy.service.Listen;
import io.flotilla.kubeproxy.service.Routes;
import io.flotilla.kubeproxy.service.ServiceInfo;
import io.flotilla.kubeproxy.service.Services;
import io.flotilla.kubeproxy.service.SliceInfo;
import io.flotilla.kubeproxy.sync.RouteSync;
import io.flotilla.kubeproxy.userspace.UserspaceProxy;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.GrpcApiClient;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.component.HealthChecks;
import io.flotilla.machinery.component.HealthServer;
import io.flotilla.machinery.component.Lifecycle;
import io.flotilla.machinery.component.ProcessMetrics;
import io.flotilla.machinery.event.ApiEventRecorder;
import io.flotilla.machinery.informer.Informer;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.informer.Lister;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What the service proxy is made of. */
@Factory
final class ProxyFactory {
    private static final int PORT = 10256;

    /** Headless services need no proxy, and services with this label have another one. */
    private static final ListOptions PROXIED = ListOptions.ALL.withLabelSelector(
            "!service.kubernetes.io/headless,!service.kubernetes.io/service-proxy-name");

    @Singleton
    @Bean(preDestroy = "close")
    ApiClient client(ProxyCommand command) {
        return GrpcApiClient.open(command.client().toConfig(), RandomGenerator.getDefault());
    }

    @Singleton
    Lifecycle lifecycle(ProxyCommand command, ApiClient client) {
        ProxyConfig config = command.config();
        PrometheusMeterRegistry registry = ProcessMetrics.create();
        Informers informers = new Informers(client);
        Informer<ServiceInfo> serviceInformer = informers.of(ServiceInfo.TYPE, PROXIED);
        Services services = new Services();
        serviceInformer.addHandler(services.serviceHandler());
        informers.of(SliceInfo.TYPE, PROXIED).addHandler(services.sliceHandler());
        ApiEventRecorder events = new ApiEventRecorder(
                client.resource(ResourceTypes.EVENTS), "kube-proxy", config.node(), Clock.systemUTC());
        UserspaceProxy proxy = new UserspaceProxy(
                config.udpIdleTimeout(),
                RandomGenerator.getDefault(),
                System::nanoTime,
                (listen, message) -> tell(events, serviceInformer.lister(), listen, message));
        RouteSync sync = new RouteSync(
                services, new Routes(config.node(), config.nodePortAddresses()), proxy, registry, Clock.systemUTC());
        HealthChecks checks = new HealthChecks()
                .ready(
                        "sync-proxy-rules",
                        () -> sync.hasSynced() ? Optional.empty() : Optional.of("services are not proxied yet"));
        HealthServer health = new HealthServer(command.serving().toConfig(PORT), checks, registry);
        return new Lifecycle()
                .add("health", health::start, health)
                .add("events", events::start, events)
                .addClosing("proxy", proxy)
                .add("informers", informers::start, informers)
                .add("informers-synced", informers::awaitSynced, () -> {})
                .add("sync", sync::start, sync);
    }

    private static void tell(ApiEventRecorder events, Lister<ServiceInfo> services, Listen listen, String message) {
        services.list().stream()
                .filter(service -> claims(service, listen))
                .findFirst()
                .ifPresent(service -> events.warning(service.reference(), "FailedToBindPort", message));
    }

    private static boolean claims(ServiceInfo service, Listen listen) {
        return service.ports().stream()
                .anyMatch(port -> port.protocol() == listen.protocol()
                        && (port.nodePort() == listen.port()
                                || (port.port() == listen.port()
                                        && service.clusterIp().equals(listen.ip()))));
    }
}
