package io.flotilla.apiserver;

import io.flotilla.apiserver.admission.policy.MutatingPolicyRules;
import io.flotilla.apiserver.admission.policy.Policies;
import io.flotilla.apiserver.admission.policy.ValidatingPolicyRules;
import io.flotilla.apiserver.admission.webhook.WebhookStrategy;
import io.flotilla.apiserver.admission.webhook.Webhooks;
import io.flotilla.apiserver.authn.Authenticator;
import io.flotilla.apiserver.authn.RememberedTokens;
import io.flotilla.apiserver.authn.ServiceAccountTokens;
import io.flotilla.apiserver.authn.TokenKeys;
import io.flotilla.apiserver.authn.TokenRequests;
import io.flotilla.apiserver.authz.AnyAuthorizer;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.authz.ComponentAuthorizer;
import io.flotilla.apiserver.cache.Cache;
import io.flotilla.apiserver.discovery.Discovery;
import io.flotilla.apiserver.extension.CustomKinds;
import io.flotilla.apiserver.extension.DeviceSelectors;
import io.flotilla.apiserver.extension.aggregation.ApiServices;
import io.flotilla.apiserver.extension.aggregation.Availability;
import io.flotilla.apiserver.extension.aggregation.FrontProxy;
import io.flotilla.apiserver.extension.cel.CelMetrics;
import io.flotilla.apiserver.extension.definition.DefinitionStrategy;
import io.flotilla.apiserver.flowcontrol.Admission;
import io.flotilla.apiserver.flowcontrol.SchemaConditions;
import io.flotilla.apiserver.flowcontrol.Weights;
import io.flotilla.apiserver.grpc.ClusterService;
import io.flotilla.apiserver.grpc.GrpcServer;
import io.flotilla.apiserver.grpc.Turnstile;
import io.flotilla.apiserver.metrics.AdmissionMetrics;
import io.flotilla.apiserver.metrics.ComponentMetrics;
import io.flotilla.apiserver.metrics.EtcdMetrics;
import io.flotilla.apiserver.metrics.PolicyMetrics;
import io.flotilla.apiserver.metrics.RequestMetrics;
import io.flotilla.apiserver.metrics.StorageMetrics;
import io.flotilla.apiserver.metrics.WebhookMetrics;
import io.flotilla.apiserver.node.NodeAgents;
import io.flotilla.apiserver.node.PodLocator;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.openapi.OpenApi;
import io.flotilla.apiserver.patch.FieldManager;
import io.flotilla.apiserver.pipeline.Api;
import io.flotilla.apiserver.pipeline.Writes;
import io.flotilla.apiserver.registry.FieldOwnership;
import io.flotilla.apiserver.registry.KindRules;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.Reviews;
import io.flotilla.apiserver.registry.builtin.BuiltInKinds;
import io.flotilla.apiserver.registry.builtin.ClusterSettings;
import io.flotilla.apiserver.registry.rbac.RoleObjects;
import io.flotilla.apiserver.rest.AggregatedRequests;
import io.flotilla.apiserver.rest.Documents;
import io.flotilla.apiserver.rest.PodStreams;
import io.flotilla.apiserver.rest.ProxyRequests;
import io.flotilla.apiserver.rest.ResourceRequests;
import io.flotilla.apiserver.rest.RestHandler;
import io.flotilla.apiserver.rest.RestServer;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.storage.Compactor;
import io.flotilla.apiserver.storage.EtcdMembers;
import io.flotilla.apiserver.storage.EtcdStore;
import io.flotilla.apiserver.table.Tables;
import io.flotilla.apiserver.tracing.Traced;
import io.flotilla.apiserver.tracing.Tracing;
import io.flotilla.apiserver.usage.Measured;
import io.flotilla.apiserver.usage.NodeMetrics;
import io.flotilla.apiserver.usage.PodMetrics;
import io.flotilla.apiserver.usage.Scraper;
import io.flotilla.apiserver.webhook.WebhookClient;
import io.flotilla.machinery.component.HealthChecks;
import io.flotilla.machinery.component.Lifecycle;
import io.flotilla.machinery.component.LogCheck;
import io.flotilla.machinery.component.ProcessMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.context.BeanProvider;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Makes the parts of the process, and says in which order they start. */
@Factory
final class Wiring {

    @Singleton
    Schema schema(Main main) {
        return Schema.loadWithMetrics(main.flags().legacyApis());
    }

    @Singleton
    Discovery discovery(Schema schema, Availability availability) {
        return new Discovery(schema, availability::versions);
    }

    @Singleton
    FrontProxy frontProxy(Main main) {
        return main.flags().aggregation().frontProxy();
    }

    @Singleton
    ApiServices apiServices(Registry registry) {
        return new ApiServices(registry);
    }

    @Singleton
    Availability availability(
            Main main, Cache cache, Schema schema, Registry registry, ApiServices services, FrontProxy frontProxy) {
        Flags flags = main.flags();
        return new Availability(
                cache,
                schema,
                registry,
                services,
                frontProxy,
                flags.aggregation().published(flags.clientCaFile()),
                Clock.systemUTC(),
                System::nanoTime);
    }

    @Singleton
    AggregatedRequests aggregatedRequests(
            Api api, Registry registry, ApiServices services, Availability availability, FrontProxy frontProxy) {
        return new AggregatedRequests(
                api, services, availability, frontProxy, new ServiceEndpoints(registry.objects(), registry));
    }

    @Singleton
    Tracing tracing(Main main) {
        return main.flags().tracing();
    }

    @Singleton
    EtcdStore store(Main main, Schema schema, PrometheusMeterRegistry metrics, Tracing tracing) {
        EtcdStore store = EtcdStore.open(
                main.flags().etcd(), Traced.store(tracing, new EtcdMetrics(metrics.getPrometheusRegistry(), schema)));
        EtcdMetrics.registerSize(metrics.getPrometheusRegistry(), store::databaseBytes);
        return store;
    }

    @Singleton
    Cache cache(EtcdStore store) {
        return new Cache(store);
    }

    @Singleton
    ServiceAccountTokens tokens(Main main) {
        Flags flags = main.flags();
        return new ServiceAccountTokens(
                flags.serviceAccountIssuer(),
                flags.serviceAccountSigningKeyFile().map(TokenKeys::privateKey).orElse(null),
                flags.serviceAccountKeyFiles().stream()
                        .map(TokenKeys::publicKey)
                        .toList(),
                Clock.systemUTC());
    }

    @Singleton
    AdmissionMetrics admissionMetrics(PrometheusMeterRegistry metrics) {
        return new AdmissionMetrics(metrics.getPrometheusRegistry());
    }

    @Singleton
    KindRules rules(
            Main main,
            Schema schema,
            ServiceAccountTokens tokens,
            AdmissionMetrics metrics,
            BeanProvider<Authorizer> authorizer,
            BeanProvider<Measured> measured) {
        Flags flags = main.flags();
        ClusterSettings settings = ClusterSettings.of(
                flags.serviceClusterIpRange(),
                flags.serviceNodePortRange(),
                flags.advertiseAddress(),
                flags.rest().port());
        return new BuiltInKinds(schema, settings, Clock.systemUTC(), new SecureRandom())
                .withTokens(tokens)
                .withRules("customresourcedefinitions.apiextensions.k8s.io", new DefinitionStrategy())
                .withRules("mutatingwebhookconfigurations.admissionregistration.k8s.io", new WebhookStrategy())
                .withRules("validatingwebhookconfigurations.admissionregistration.k8s.io", new WebhookStrategy())
                .withRules("mutatingadmissionpolicies.admissionregistration.k8s.io", new MutatingPolicyRules())
                .withRules("validatingadmissionpolicies.admissionregistration.k8s.io", new ValidatingPolicyRules())
                .withSelectors(new DeviceSelectors())
                .withComponents(() -> EtcdMembers.troubles(flags.etcd()))
                .withHandler("nodes.metrics.k8s.io", new NodeMetrics(measured::get))
                .withHandler("pods.metrics.k8s.io", new PodMetrics(measured::get))
                .withReviews(authorizer::get)
                .withAdmission(metrics::timed);
    }

    @Singleton
    FieldOwnership ownership(Schema schema) {
        FieldManager fields = new FieldManager(schema);
        return (resource, live, object, manager, subresource, now) -> fields.look(
                schema.type(resource),
                new FieldManager.Write(
                        manager, subresource, schema.subresources(resource).containsKey("status"), now),
                live,
                object)::write;
    }

    @Singleton
    Registry registry(Schema schema, EtcdStore store, Cache cache, KindRules rules, FieldOwnership ownership) {
        return new Registry(schema, store, cache, rules, ownership, Clock.systemUTC(), new SecureRandom());
    }

    @Singleton
    CustomKinds customKinds(Schema schema, Cache cache, Registry registry, WebhookClient webhooks) {
        return new CustomKinds(schema, cache, registry, Clock.systemUTC(), webhooks);
    }

    @Singleton
    Authorizer authorizer(Registry registry, Tracing tracing) {
        return Traced.authorizer(
                tracing, new AnyAuthorizer(List.of(new ComponentAuthorizer(), RoleObjects.authorizer(registry))));
    }

    @Singleton
    Authenticator authenticator(Main main, Registry registry, ServiceAccountTokens tokens) {
        return new Authenticator(
                new RememberedTokens(
                        new TokenRequests(tokens, registry, Clock.systemUTC()).authenticator(registry.objects()),
                        System::nanoTime),
                main.flags().aggregation().requestHeaders());
    }

    @Singleton
    WebhookClient webhookClient(Registry registry) {
        return new WebhookClient(new ServiceEndpoints(registry.objects(), registry));
    }

    @Singleton
    Api api(
            Registry registry,
            Schema schema,
            Cache cache,
            EtcdStore store,
            Authorizer authorizer,
            WebhookClient webhookClient,
            Tracing tracing,
            AdmissionMetrics admissionMetrics,
            PrometheusMeterRegistry metrics) {
        Reviews configured = Reviews.inOrder(
                new Policies(schema, registry, authorizer, new PolicyMetrics(metrics.getPrometheusRegistry())),
                new Webhooks(
                        schema,
                        registry,
                        webhookClient,
                        authorizer,
                        new WebhookMetrics(metrics.getPrometheusRegistry()),
                        tracing));
        Writes writes = new Writes(registry, schema, authorizer, admissionMetrics.timed(configured), Clock.systemUTC());
        return new Api(registry, cache, store, authorizer, writes);
    }

    @Singleton
    NodeAgents agents(Main main) {
        Flags flags = main.flags();
        return NodeAgents.of(new NodeAgents.Config(
                flags.kubeletClientCertificate(), flags.kubeletClientKey(), flags.kubeletCertificateAuthority()));
    }

    @Singleton
    Measured measured(Registry registry, NodeAgents agents) {
        return new Measured(registry, new Scraper(agents));
    }

    @Singleton
    PrometheusMeterRegistry metrics() {
        PrometheusMeterRegistry metrics = ProcessMetrics.create();
        ComponentMetrics.register(metrics.getPrometheusRegistry());
        CelMetrics.register(metrics.getPrometheusRegistry());
        return metrics;
    }

    @Singleton
    RequestMetrics requestMetrics(PrometheusMeterRegistry metrics, Registry registry) {
        StorageMetrics.register(metrics.getPrometheusRegistry(), registry);
        return new RequestMetrics(metrics.getPrometheusRegistry());
    }

    @Singleton
    Admission admission(Main main, Registry registry, PrometheusMeterRegistry metrics, Tracing tracing) {
        return Traced.admission(tracing, main.flags().serving().admission(registry, metrics.getPrometheusRegistry()));
    }

    @Singleton
    Weights weights(Schema schema, Registry registry) {
        return asked -> Weights.ofList(
                asked,
                () -> schema.resource(asked.group(), asked.version(), asked.resource())
                        .flatMap(registry::served)
                        .map(version ->
                                version.registry().cache().snapshot().objects().size())
                        .orElse(0));
    }

    @Singleton
    LogCheck logCheck() {
        return new LogCheck(System.err, System::nanoTime);
    }

    @Singleton
    HealthChecks health(
            LogCheck log, EtcdStore store, Cache cache, Schema schema, Registry registry, Availability availability) {
        HealthChecks health = new HealthChecks()
                .live("log", log::trouble)
                .live("etcd", () -> Readiness.etcd(store))
                .ready("etcd-readiness", () -> Readiness.etcd(store))
                .ready("informer-sync", cache::trouble);
        PostStartHooks.register(health, cache, schema, registry, availability);
        return health;
    }

    @Singleton
    RestServer rest(
            Main main,
            Api api,
            Schema schema,
            Discovery discovery,
            Registry registry,
            NodeAgents agents,
            AggregatedRequests aggregated,
            Authenticator authenticator,
            HealthChecks health,
            PrometheusMeterRegistry metrics,
            RequestMetrics requestMetrics,
            Admission admission,
            Weights weights,
            Tracing tracing,
            ScheduledExecutorService timer) {
        Flags flags = main.flags();
        Documents documents = new Documents(
                discovery,
                new OpenApi(schema),
                health,
                metrics,
                () -> flags.advertiseAddress() + ":" + flags.rest().port());
        PodStreams streams = new PodStreams(api, new PodLocator(registry.objects(), registry), agents);
        return new RestServer(
                flags.rest(),
                new RestHandler(
                        authenticator,
                        api,
                        aggregated,
                        new ResourceRequests(
                                schema,
                                api,
                                new Tables(schema, Clock.systemUTC()),
                                streams,
                                new ProxyRequests(api, registry),
                                requestMetrics),
                        documents,
                        admission,
                        weights,
                        requestMetrics,
                        tracing,
                        flags.serving().requestTimeout(),
                        timer));
    }

    @Singleton
    ScheduledExecutorService timer() {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("timer").daemon().factory());
    }

    @Singleton
    GrpcServer grpc(
            Main main,
            Authenticator authenticator,
            Schema schema,
            Discovery discovery,
            Api api,
            Admission admission,
            Weights weights,
            RequestMetrics requestMetrics,
            ScheduledExecutorService timer) {
        Flags flags = main.flags();
        return new GrpcServer(
                new GrpcServer.Config(
                        flags.bindAddress(),
                        flags.grpcPort(),
                        flags.tlsCertFile(),
                        flags.tlsPrivateKeyFile(),
                        flags.clientCaFile()),
                new ClusterService(
                        authenticator,
                        schema,
                        discovery,
                        api,
                        new Turnstile(admission, weights, requestMetrics),
                        timer));
    }

    @Singleton
    Lifecycle lifecycle(
            Main main,
            EtcdStore store,
            Cache cache,
            Registry registry,
            CustomKinds customKinds,
            Availability availability,
            RestServer rest,
            GrpcServer grpc,
            NodeAgents agents,
            WebhookClient webhooks,
            Tracing tracing,
            LogCheck log,
            HealthChecks health,
            ScheduledExecutorService timer) {
        Compactor compactor = new Compactor(store, main.flags().etcdCompactionInterval());
        Housekeeping housekeeping =
                new Housekeeping(cache, registry, new SchemaConditions(registry, Clock.systemUTC()), timer);
        Readiness readiness =
                new Readiness(health, rest::sayFarewell, main.flags().serving().shutdownDelayDuration());
        return new Lifecycle()
                .addClosing("etcd", store)
                .addClosing("tracing", tracing)
                .addClosing("agents", agents)
                .addClosing("webhooks", webhooks)
                .addClosing("timer", timer::shutdownNow)
                .add("log-check", log::start, log)
                .add("cache", cache::start, cache)
                .add("custom-kinds", customKinds::start, customKinds)
                .add("api-services", availability::start, availability)
                .add("compactor", () -> compactor.start(timer), compactor)
                .add("rest", rest::start, rest)
                .add("grpc", grpc::start, grpc)
                .addClosing("watches", cache::finishWatches)
                .add("housekeeping", housekeeping::start, housekeeping)
                .addClosing("readiness", readiness);
    }
}
