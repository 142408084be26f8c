package io.flotilla.controllermanager.endpoint;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.machinery.informer.EventHandler;
import io.flotilla.machinery.informer.Lister;
import io.flotilla.machinery.scheme.ObjectKey;

/** Leads changes of services and their pods to the services concerned. */
public final class ServiceHandlers {
    private ServiceHandlers() {}

    /** Adds the handlers to the loop. */
    public static void addTo(ReconcileLoop<ObjectKey> loop, Caches caches) {
        loop.on(caches.services(), Handlers.onAny((Service service) -> loop.add(ObjectKey.of(service))));
        Lister<Service> services = caches.services().lister();
        loop.on(caches.pods(), new EventHandler<Pod>() {
            @Override
            public void onAdd(Pod pod) {
                add(pod);
            }

            @Override
            public void onUpdate(Pod before, Pod now) {
                if (ServicePods.differ(before, now)) {
                    add(before);
                    add(now);
                }
            }

            @Override
            public void onDelete(Pod last) {
                add(last);
            }

            private void add(Pod pod) {
                ServicePods.servicesOf(pod, services).forEach(loop::addSoon);
            }
        });
    }
}
