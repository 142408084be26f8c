package io.flotilla.apiserver.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Where a service can be reached: one of its ready endpoints, as the objects say. */
public final class ServiceEndpoints {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    private final ObjectStore store;
    private final ResourceInfo services;
    private final ResourceInfo slices;

    public ServiceEndpoints(ObjectStore store, Resources resources) {
        this.store = store;
        this.services = resources.of("", "services");
        this.slices = resources.of("discovery.k8s.io", "endpointslices");
    }

    /**
     * Where to connect to.
     *
     * @param host an address, or the name of a host outside the cluster
     */
    public record Endpoint(String host, int port) {}

    /**
     * Picks an endpoint at random.
     *
     * @param port name or number of the service's port; empty for the only one
     */
    public Endpoint find(String namespace, String name, String port) {
        ObjectNode service = store.cached(services, namespace, name)
                .or(() -> store.get(services, namespace, name))
                .orElseThrow(() -> StatusException.notFound(services, name));
        String portName = portName(service, name, port);
        List<Endpoint> ready = new ArrayList<>();
        for (ObjectNode slice : store.cachedList(slices, namespace)) {
            String of = slice.path("metadata").path("labels").path(SERVICE_NAME).asText("");
            if (of.equals(name)) {
                collect(slice, portName, ready);
            }
        }
        if (ready.isEmpty()) {
            throw StatusException.serviceUnavailable("no endpoints available for service " + Quoting.quote(name));
        }
        return ready.get(ThreadLocalRandom.current().nextInt(ready.size()));
    }

    /**
     * As {@link #find}, but a service that is a name for something elsewhere is followed there: for those who are sent by
     * an administrator, since it leads out of the cluster.
     */
    public Endpoint reach(String namespace, String name, int port) {
        Optional<String> elsewhere = store.cached(services, namespace, name)
                .map(each -> each.path("spec"))
                .filter(spec -> spec.path("type").asText("").equals("ExternalName"))
                .map(spec -> spec.path("externalName").asText(""));
        return elsewhere
                .map(host -> new Endpoint(host, port))
                .orElseGet(() -> find(namespace, name, Integer.toString(port)));
    }

    private static void collect(ObjectNode slice, String portName, List<Endpoint> into) {
        for (JsonNode port : slice.path("ports")) {
            if (!port.path("name").asText("").equals(portName) || !port.has("port")) {
                continue;
            }
            for (JsonNode endpoint : slice.path("endpoints")) {
                if (endpoint.path("conditions").path("ready").asBoolean(true)) {
                    String address = endpoint.path("addresses").path(0).asText("");
                    into.add(new Endpoint(address, port.path("port").asInt()));
                }
            }
        }
    }

    /** Name of the port that is meant by name or number; the only one may go without. */
    private static String portName(ObjectNode service, String named, String asked) {
        JsonNode ports = service.path("spec").path("ports");
        if (asked.isEmpty() && ports.size() == 1) {
            return ports.path(0).path("name").asText("");
        }
        for (JsonNode port : ports) {
            String name = port.path("name").asText("");
            if (name.equals(asked) || port.path("port").asText("").equals(asked)) {
                return name;
            }
        }
        throw StatusException.serviceUnavailable(
                "no service port " + Quoting.quote(asked) + " found for service " + Quoting.quote(named));
    }
}
