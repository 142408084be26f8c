package io.flotilla.apiserver.registry.builtin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.service.ClusterAddresses;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** The service by which pods find the API servers: the first address of the service CIDR, port 443. */
final class KubernetesService {
    private static final String NAME = "kubernetes";
    private static final String NAMESPACE = "default";

    private KubernetesService() {}

    static void ensure(
            Resources resources, ObjectStore store, ClusterAddresses addresses, ClusterSettings settings, Clock clock) {
        ResourceInfo services = resources.of("", "services");
        if (store.cached(services, NAMESPACE, NAME).isPresent()) {
            return;
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        String ip = addresses.first();
        addresses.ensureFirst(store, NAMESPACE, NAME, now);
        ObjectNode service = JsonNodeFactory.instance.objectNode();
        service.put("apiVersion", "v1").put("kind", "Service");
        ObjectNode metadata = service.putObject("metadata").put("name", NAME).put("namespace", NAMESPACE);
        metadata.put("uid", UUID.randomUUID().toString()).put("creationTimestamp", now.toString());
        metadata.putObject("labels").put("component", "apiserver").put("provider", "kubernetes");
        ObjectNode spec = service.putObject("spec");
        spec.putArray("ports")
                .addObject()
                .put("name", "https")
                .put("protocol", "TCP")
                .put("port", 443)
                .put("targetPort", settings.securePort());
        spec.put("clusterIP", ip).putArray("clusterIPs").add(ip);
        spec.put("type", "ClusterIP").put("sessionAffinity", "None");
        spec.putArray("ipFamilies").add(addresses.family());
        spec.put("ipFamilyPolicy", "SingleStack").put("internalTrafficPolicy", "Cluster");
        service.putObject("status").putObject("loadBalancer");
        try {
            store.create(services, service);
        } catch (StatusException e) {
            if (!e.reason().equals("AlreadyExists")) {
                throw e;
            }
        }
    }
}
