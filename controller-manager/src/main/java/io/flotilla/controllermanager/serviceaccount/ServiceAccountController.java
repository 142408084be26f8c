package io.flotilla.controllermanager.serviceaccount;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.controllermanager.controller.Refusals;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.util.Optional;

/** Makes the ServiceAccount {@code default} in every namespace that is not going away, and makes it again when deleted. */
public final class ServiceAccountController implements Controller {
    private static final String DEFAULT = "default";

    private final Caches caches;
    private final ResourceClient<ServiceAccount> serviceAccounts;
    private final ReconcileLoop<String> loop;

    public ServiceAccountController(ControllerContext context) {
        caches = context.caches();
        serviceAccounts = context.client().resource(ResourceTypes.SERVICE_ACCOUNTS);
        loop = new ReconcileLoop<String>(
                        "serviceaccount", context.settings().concurrentServiceAccountSyncs(), this::sync)
                .on(caches.namespaces(), Handlers.onAny(namespace -> add(namespace)))
                .on(
                        caches.defaultServiceAccounts(),
                        Handlers.onDelete(
                                account -> addNamespace(account.getMetadata().getNamespace())));
    }

    private void add(Namespace namespace) {
        addNamespace(namespace.getMetadata().getName());
    }

    private void addNamespace(String namespace) {
        loop.add(namespace);
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
        Optional<Namespace> namespace = caches.namespaces().lister().get(ObjectKey.of(name));
        if (namespace.isEmpty()
                || namespace.get().getMetadata().getDeletionTimestamp() != null
                || caches.defaultServiceAccounts()
                        .lister()
                        .get(new ObjectKey(name, DEFAULT))
                        .isPresent()) {
            return Result.done();
        }
        try {
            serviceAccounts.create(new ServiceAccountBuilder()
                    .withNewMetadata()
                    .withNamespace(name)
                    .withName(DEFAULT)
                    .endMetadata()
                    .build());
        } catch (ApiException e) {
            if (!e.isAlreadyExists() && !Refusals.namespaceIsTerminating(e)) {
                throw e;
            }
        }
        return Result.done();
    }
}
