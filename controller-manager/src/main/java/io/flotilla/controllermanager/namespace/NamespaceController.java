package io.flotilla.controllermanager.namespace;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NamespaceCondition;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.controller.Times;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Backoff;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Empties namespaces that are being deleted and then removes the finalizer {@code kubernetes} from their spec. */
public final class NamespaceController implements Controller {
    private static final String FINALIZER = "kubernetes";

    /** Time for every API server to learn that nothing may be created in the namespace any more. */
    private static final Duration SETTLE = Duration.ofMillis(200);

    private static final Backoff LOOK_AGAIN = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

    private final Caches caches;
    private final ResourceClient<Namespace> namespaces;
    private final NamespaceContent content;
    private final Clock clock;
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
    private final ReconcileLoop<String> loop;

    public NamespaceController(ControllerContext context) {
        caches = context.caches();
        namespaces = context.client().resource(ResourceTypes.NAMESPACES);
        content = new NamespaceContent(context.client());
        clock = context.clock();
        loop = new ReconcileLoop<String>("namespace", context.settings().concurrentNamespaceSyncs(), this::sync)
                .on(caches.namespaces(), Handlers.onAny(namespace -> add(namespace)));
    }

    private void add(Namespace namespace) {
        if (namespace.getMetadata().getDeletionTimestamp() != null) {
            loop.addAfter(namespace.getMetadata().getName(), SETTLE);
        }
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    private Result sync(String name) {
        Optional<Namespace> present =
                caches.namespaces().lister().get(ObjectKey.of(name)).flatMap(_ -> read(name));
        if (present.isEmpty() || present.get().getMetadata().getDeletionTimestamp() == null) {
            attempts.remove(name);
            return Result.done();
        }
        Namespace namespace = terminating(present.get());
        if (!namespace.getSpec().getFinalizers().contains(FINALIZER)) {
            attempts.remove(name);
            return Result.done();
        }
        NamespaceContent.Left left = content.delete(name);
        namespace = withConditions(namespace, left);
        if (!left.isNothing()) {
            return Result.after(LOOK_AGAIN.delay(attempts.merge(name, 1, Integer::sum) - 1));
        }
        attempts.remove(name);
        finish(namespace);
        return Result.done();
    }

    private Optional<Namespace> read(String name) {
        try {
            return Optional.of(namespaces.get(ObjectKey.of(name)));
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Namespace terminating(Namespace namespace) {
        if (namespace.getStatus() != null
                && "Terminating".equals(namespace.getStatus().getPhase())) {
            return namespace;
        }
        return namespaces.updateStatus(new NamespaceBuilder(namespace)
                .editOrNewStatus()
                .withPhase("Terminating")
                .endStatus()
                .build());
    }

    private Namespace withConditions(Namespace namespace, NamespaceContent.Left left) {
        List<NamespaceCondition> present = namespace.getStatus().getConditions();
        List<NamespaceCondition> next = NamespaceConditions.after(left, present, Times.now(clock));
        if (next.equals(present)) {
            return namespace;
        }
        return namespaces.updateStatus(new NamespaceBuilder(namespace)
                .editStatus()
                .withConditions(next)
                .endStatus()
                .build());
    }

    private void finish(Namespace namespace) {
        List<String> others = namespace.getSpec().getFinalizers().stream()
                .filter(finalizer -> !finalizer.equals(FINALIZER))
                .toList();
        Namespace finished = new NamespaceBuilder(namespace)
                .editSpec()
                .withFinalizers(others)
                .endSpec()
                .build();
        try {
            namespaces.put(ObjectKey.of(namespace), "finalize", finished);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
