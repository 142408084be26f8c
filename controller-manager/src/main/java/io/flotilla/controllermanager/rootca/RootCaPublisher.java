package io.flotilla.controllermanager.rootca;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
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
import java.util.Map;
import java.util.Optional;

/** Keeps the root CA in a ConfigMap of every namespace that is not going away, from where pods get it. */
public final class RootCaPublisher implements Controller {
    private static final String KEY = "ca.crt";
    private static final Map<String, String> DESCRIPTION = Map.of(
            "kubernetes.io/description",
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the"
                    + " internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of"
                    + " Kubernetes clusters.");

    private final Caches caches;
    private final ResourceClient<ConfigMap> configMaps;
    private final Map<String, String> data;
    private final ReconcileLoop<String> loop;

    /**
     * Makes the publisher.
     *
     * @param rootCa PEM text of the certificates to publish
     */
    public RootCaPublisher(ControllerContext context, String rootCa) {
        caches = context.caches();
        configMaps = context.client().resource(ResourceTypes.CONFIG_MAPS);
        data = Map.of(KEY, rootCa);
        loop = new ReconcileLoop<String>("root_ca_cert_publisher", 1, this::sync)
                .on(caches.namespaces(), Handlers.onAny(namespace -> add(namespace)))
                .on(
                        caches.rootCaConfigMaps(),
                        Handlers.onAny(map -> addNamespace(map.getMetadata().getNamespace())));
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
        if (namespace.isEmpty() || namespace.get().getMetadata().getDeletionTimestamp() != null) {
            return Result.done();
        }
        Optional<ConfigMap> present =
                caches.rootCaConfigMaps().lister().get(new ObjectKey(name, Caches.ROOT_CA_CONFIG_MAP));
        if (present.isEmpty()) {
            create(name);
        } else if (!data.equals(present.get().getData())) {
            configMaps.update(new ConfigMapBuilder(present.get()).withData(data).build());
        }
        return Result.done();
    }

    private void create(String namespace) {
        try {
            configMaps.create(new ConfigMapBuilder()
                    .withNewMetadata()
                    .withNamespace(namespace)
                    .withName(Caches.ROOT_CA_CONFIG_MAP)
                    .withAnnotations(DESCRIPTION)
                    .endMetadata()
                    .withData(data)
                    .build());
        } catch (ApiException e) {
            if (!e.isAlreadyExists() && !Refusals.namespaceIsTerminating(e)) {
                throw e;
            }
        }
    }
}
