package io.flotilla.controllermanager.resourcequota;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.quota.QuotaUsage;
import io.flotilla.machinery.quota.QuotaUsage.Counted;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts what each quota limits into its status: when the quota is made or changed, soon after something that it counts
 * has gone or uses less, and from time to time. Until a quota has a status the API servers do not limit by it; from then on
 * they charge it themselves for what is created.
 */
public final class ResourceQuotaController implements Controller {
    private static final Duration SOON = Duration.ofMillis(200);

    /** What is created is charged already, but by a server that does not know the quota yet it is not. */
    private static final Duration AFTER_CREATION = Duration.ofSeconds(5);

    private static final Duration DISCOVER_AGAIN = Duration.ofSeconds(30);
    private static final Duration SYNC_POLL = Duration.ofMillis(20);
    private static final Duration SYNC_PATIENCE = Duration.ofSeconds(5);

    private final Caches caches;
    private final ResourceClient<ResourceQuota> quotas;
    private final Clock clock;
    private final Duration period;
    private final Charges charges;
    private final CountedResources resources;
    private final ReconcileLoop<ObjectKey> loop;

    public ResourceQuotaController(ControllerContext context) {
        caches = context.caches();
        quotas = context.client().resource(ResourceTypes.RESOURCE_QUOTAS);
        clock = context.clock();
        period = context.settings().resourceQuotaSyncPeriod();
        charges = new Charges(context.nanoTime());
        resources = new CountedResources(context.client(), caches, clock, new Replenishment());
        loop = new ReconcileLoop<ObjectKey>(
                        "resourcequota_primary", context.settings().concurrentResourceQuotaSyncs(), this::sync)
                .on(caches.resourceQuotas(), new Changes());
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
        resources.close();
    }

    private Result sync(ObjectKey key) throws InterruptedException {
        Optional<ResourceQuota> present = caches.resourceQuotas().lister().get(key);
        if (present.isEmpty()) {
            resources.forget(key);
            charges.gone(key);
            return Result.done();
        }
        ResourceQuota quota = present.get();
        if (quota.getStatus() != null && !charges.areOver(key)) {
            return Result.after(Charges.QUIET);
        }
        // Asked before the objects are read: what goes in between leads to another count.
        boolean released = charges.takeReleased(key);
        QuotaCount count = new QuotaCount(ObjectJson.mapper().valueToTree(quota));
        Set<Counted> wanted = count.resources();
        Map<Counted, CountedObjects<?>> watched = resources.want(key, wanted);
        awaitSync(watched);
        boolean synced = true;
        for (var each : watched.entrySet()) {
            if (each.getValue().hasSynced()) {
                count.count(each.getKey(), each.getValue().in(key.namespace()), clock.instant());
            } else {
                synced = false;
            }
        }
        boolean kept = !released && !charges.areSettled(key) && count.keepCharges();
        write(quota, count, released);
        if (!synced) {
            if (released) {
                charges.released(key);
            }
            return Result.after(AFTER_CREATION);
        }
        if (kept) {
            return Result.after(Charges.SETTLED);
        }
        boolean all = watched.size() == wanted.size();
        return Result.after(all || period.compareTo(DISCOVER_AGAIN) < 0 ? period : DISCOVER_AGAIN);
    }

    /** A resource that cannot be listed must not keep the others from being counted. */
    private static void awaitSync(Map<Counted, CountedObjects<?>> watched) throws InterruptedException {
        long start = System.nanoTime();
        while (!watched.values().stream().allMatch(CountedObjects::hasSynced)
                && System.nanoTime() - start < SYNC_PATIENCE.toNanos()) {
            Thread.sleep(SYNC_POLL);
        }
    }

    private void write(ResourceQuota quota, QuotaCount count, boolean released) {
        if (!count.isNews()) {
            return;
        }
        Map<String, Quantity> used = new TreeMap<>();
        count.used().forEach((entry, amount) -> used.put(entry, Quantity.parse(amount.toString())));
        try {
            quotas.updateStatus(new ResourceQuotaBuilder(quota)
                    .withNewStatus()
                    .withHard(hard(quota))
                    .withUsed(used)
                    .endStatus()
                    .build());
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                if (released) {
                    charges.released(ObjectKey.of(quota));
                }
                throw e;
            }
        }
    }

    private static Map<String, Quantity> hard(ResourceQuota quota) {
        return quota.getSpec() == null ? Map.of() : quota.getSpec().getHard();
    }

    /** What happens to quotas; their charges are no reason to count. */
    private final class Changes implements EventHandler<ResourceQuota> {
        @Override
        public void onAdd(ResourceQuota quota) {
            loop.add(ObjectKey.of(quota));
        }

        @Override
        public void onUpdate(ResourceQuota before, ResourceQuota now) {
            ObjectKey key = ObjectKey.of(now);
            charges.changed(key);
            if (!Objects.equals(now.getSpec(), before.getSpec())) {
                loop.add(key);
            }
        }

        @Override
        public void onDelete(ResourceQuota last) {
            loop.add(ObjectKey.of(last));
        }
    }

    /** What happens to the objects that are counted. */
    private final class Replenishment implements CountedObjects.Listener {
        @Override
        public void created(Counted resource, String namespace) {
            quotasOf(resource, namespace).forEach(quota -> loop.addAfter(quota, AFTER_CREATION));
        }

        @Override
        public void changed(Counted resource, String namespace) {
            quotasOf(resource, namespace).forEach(quota -> {
                charges.released(quota);
                loop.addAfter(quota, SOON);
            });
        }

        @Override
        public boolean listensTo(String namespace) {
            return !quotasIn(namespace).isEmpty();
        }

        private List<ObjectKey> quotasOf(Counted resource, String namespace) {
            QuotaUsage usage = resource.usage();
            return quotasIn(namespace).stream()
                    .filter(quota -> hard(quota).keySet().stream().anyMatch(usage::measures))
                    .map(ObjectKey::of)
                    .toList();
        }

        private List<ResourceQuota> quotasIn(String namespace) {
            return Caches.inNamespace(caches.resourceQuotas().lister(), namespace);
        }
    }
}
