package io.flotilla.apiserver;

import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.extension.aggregation.Availability;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.machinery.component.HealthChecks;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What a server has to have done once since it started, by the names that Kubernetes' health checks give it: whoever waits
 * for one of them, waits for the same thing here.
 */
final class PostStartHooks {
    private static final String PREFIX = "poststarthook/";

    private final HealthChecks health;

    private PostStartHooks(HealthChecks health) {
        this.health = health;
    }

    /** Adds a check for each, in Kubernetes' order. */
    static void register(
            HealthChecks health, Cache cache, Schema schema, Registry registry, Availability availability) {
        PostStartHooks hooks = new PostStartHooks(health);
        hooks.await("generic-apiserver-start-informers", cache::isLoaded);
        hooks.await("priority-and-fairness-config-consumer", cache::isLoaded);
        hooks.await("start-apiextensions-informers", cache::isLoaded);
        hooks.await("start-apiextensions-controllers", schema::isComplete);
        hooks.await("crd-informer-synced", schema::isComplete);
        hooks.await("start-system-namespaces-controller", registry::isStarted);
        hooks.await("start-cluster-authentication-info-controller", availability::isKept);
        hooks.await("rbac/bootstrap-roles", registry::isStarted);
        hooks.await("scheduling/bootstrap-system-priority-classes", registry::isStarted);
        hooks.await("priority-and-fairness-config-producer", registry::isStarted);
        hooks.await("bootstrap-controller", registry::isStarted);
        hooks.await("start-kubernetes-service-cidr-controller", registry::isStarted);
        hooks.await("start-kube-aggregator-informers", cache::isLoaded);
        hooks.await("apiservice-status-local-available-controller", availability::isKept);
        hooks.await("apiservice-status-remote-available-controller", availability::isKept);
        hooks.await("apiservice-registration-controller", availability::isKept);
        hooks.await("apiservice-discovery-controller", availability::isKept);
        hooks.await("kube-apiserver-autoregistration", availability::isKept);
        health.live("autoregister-completion", problem(availability::isKept, "missing APIService"));
    }

    private void await(String name, BooleanSupplier finished) {
        health.live(PREFIX + name, problem(finished, "not finished"));
    }

    private static Supplier<Optional<String>> problem(BooleanSupplier finished, String otherwise) {
        return () -> finished.getAsBoolean() ? Optional.empty() : Optional.of(otherwise);
    }
}
