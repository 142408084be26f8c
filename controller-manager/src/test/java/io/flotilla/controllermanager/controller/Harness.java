package io.flotilla.controllermanager.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.flotilla.controllermanager.pod.PodStates;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.client.ListOptions;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.RecordedEvents;
import io.flotilla.machinery.informer.Informers;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Controllers over a cluster in memory, with a clock that stands still until told. */
public final class Harness implements AutoCloseable {
    public static final String NAMESPACE = "default";

    private final FakeCluster cluster = new FakeCluster();
    private final Informers informers = new Informers(cluster);
    private final Caches caches = new Caches(informers);
    private final RecordedEvents events = new RecordedEvents();
    private final List<Controller> controllers = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final Instant origin = Instant.now();
    private ControllerSettings settings = settings();

    /** Returns what the flags' defaults say. */
    public static ControllerSettings settings() {
        return new ControllerSettings(
                5,
                5,
                5,
                5,
                10,
                5,
                20,
                5,
                Duration.ofMinutes(5),
                java.util.Optional.empty(),
                Duration.ofSeconds(5),
                Duration.ofSeconds(50),
                Duration.ofSeconds(60),
                0.1,
                0.01,
                50,
                0.55,
                12500,
                100,
                java.util.Optional.empty(),
                24);
    }

    public Harness with(UnaryOperator<ControllerSettings> change) {
        settings = change.apply(settings);
        return this;
    }

    public ControllerContext context() {
        Clock clock = InstantSource.system().withZone(ZoneOffset.UTC);
        return new ControllerContext(
                cluster,
                caches,
                _ -> events,
                Clock.offset(clock, Duration.ZERO).withZone(ZoneOffset.UTC),
                System::nanoTime,
                settings);
    }

    /** Returns the context whose clocks only {@link #pass} moves. */
    public ControllerContext timelessContext() {
        Clock clock = ((InstantSource) this::now).withZone(ZoneOffset.UTC);
        return new ControllerContext(cluster, caches, _ -> events, clock, nanos::get, settings);
    }

    private Instant now() {
        return origin.plusNanos(nanos.get());
    }

    public void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @SafeVarargs
    public final Harness run(Function<ControllerContext, Controller>... constructors) {
        return runIn(context(), constructors);
    }

    @SafeVarargs
    public final Harness runIn(ControllerContext context, Function<ControllerContext, Controller>... constructors) {
        startInformers();
        for (Function<ControllerContext, Controller> constructor : constructors) {
            Controller controller = constructor.apply(context);
            controllers.add(controller);
            controller.start();
        }
        return this;
    }

    public Harness startInformers() {
        informers.start();
        eventually().until(informers::hasSynced);
        return this;
    }

    public FakeCluster cluster() {
        return cluster;
    }

    public Caches caches() {
        return caches;
    }

    public RecordedEvents events() {
        return events;
    }

    public <T extends HasMetadata> ResourceClient<T> api(ResourceType<T> type) {
        return cluster.resource(type);
    }

    public <T extends HasMetadata> T get(ResourceType<T> type, String name) {
        return api(type).get(new ObjectKey(type.namespaced() ? NAMESPACE : "", name));
    }

    public <T extends HasMetadata> List<T> list(ResourceType<T> type) {
        return api(type).list(ListOptions.ALL).items();
    }

    public <T extends HasMetadata> boolean exists(ResourceType<T> type, String name) {
        return list(type).stream()
                .anyMatch(object -> object.getMetadata().getName().equals(name));
    }

    /** Reads, changes and writes until no other write comes in between. */
    public <T extends HasMetadata> void change(ResourceType<T> type, T object, UnaryOperator<T> change) {
        write(type, object, fresh -> api(type).update(change.apply(fresh)));
    }

    public <T extends HasMetadata> void changeStatus(ResourceType<T> type, T object, UnaryOperator<T> change) {
        write(type, object, fresh -> api(type).updateStatus(change.apply(fresh)));
    }

    private <T extends HasMetadata> void write(ResourceType<T> type, T object, java.util.function.Consumer<T> write) {
        while (true) {
            try {
                write.accept(api(type).get(ObjectKey.of(object)));
                return;
            } catch (io.flotilla.machinery.client.ApiException e) {
                if (!e.isConflict()) {
                    throw e;
                }
            }
        }
    }

    public List<Pod> pods() {
        return list(ResourceTypes.PODS);
    }

    public long readyPods() {
        return pods().stream().filter(PodStates::isReady).count();
    }

    /** Plays scheduler and node agent: the pod runs on the node and is ready, or not. */
    public void setReady(Pod pod, boolean ready) {
        changeStatus(
                ResourceTypes.PODS,
                pod,
                fresh -> new PodBuilder(fresh)
                        .withNewStatus()
                        .withPhase("Running")
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus(ready ? "True" : "False")
                        .withLastTransitionTime(Times.text(now()))
                        .endCondition()
                        .endStatus()
                        .build());
    }

    public void setAllReady() {
        pods().stream().filter(pod -> !PodStates.isReady(pod)).forEach(pod -> {
            try {
                setReady(pod, true);
            } catch (io.flotilla.machinery.client.ApiException e) {
                if (!e.isNotFound()) {
                    throw e;
                }
            }
        });
    }

    public Namespace namespace(String name) {
        return api(ResourceTypes.NAMESPACES)
                .create(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withFinalizers("kubernetes")
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Active")
                        .endStatus()
                        .build());
    }

    public static ConditionFactory eventually() {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(10))
                .ignoreExceptions();
    }

    @Override
    public void close() {
        controllers.reversed().forEach(Controller::close);
        informers.close();
        cluster.close();
    }
}
