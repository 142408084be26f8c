package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.pipeline.Target;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where a proxied request goes.
 *
 * @param host an address
 */
record ProxyTarget(boolean tls, String host, int port) {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    /** How a path names what to proxy to: {@code name}, {@code name:port} or {@code scheme:name:port}. */
    record Named(String scheme, String name, String port) {
        static Named parse(String text) {
            String[] parts = text.split(":", -1);
            Named named = switch (parts.length) {
                case 1 -> new Named("", parts[0], "");
                case 2 -> new Named("", parts[0], parts[1]);
                case 3 -> new Named(parts[0], parts[1], parts[2]);
                default -> throw StatusException.badRequest("invalid request " + Quoting.quote(text));
            };
            boolean known = named.scheme().isEmpty()
                    || named.scheme().equals("http")
                    || named.scheme().equals("https");
            if (!known || named.name().isEmpty()) {
                throw StatusException.badRequest("invalid request " + Quoting.quote(text));
            }
            return named;
        }

        boolean tls() {
            return scheme.equals("https");
        }
    }

    /** Finds targets by what the objects say. */
    static final class Finder {
        private final ObjectStore store;
        private final ResourceInfo pods;
        private final ResourceInfo services;
        private final ResourceInfo slices;
        private final ResourceInfo nodes;

        Finder(ObjectStore store, Resources resources) {
            this.store = store;
            this.pods = resources.of("", "pods");
            this.services = resources.of("", "services");
            this.slices = resources.of("discovery.k8s.io", "endpointslices");
            this.nodes = resources.of("", "nodes");
        }

        ProxyTarget find(Target asked) {
            Named named = Named.parse(asked.name());
            return switch (asked.resource().resource()) {
                case "pods" -> pod(asked.namespace(), named);
                case "services" -> service(asked.namespace(), named);
                default -> node(named);
            };
        }

        private ObjectNode object(ResourceInfo resource, String namespace, String name) {
            return store.get(resource, namespace, name).orElseThrow(() -> StatusException.notFound(resource, name));
        }

        private ProxyTarget pod(String namespace, Named named) {
            ObjectNode pod = object(pods, namespace, named.name());
            String address = pod.path("status").path("podIP").asText("");
            if (address.isEmpty()) {
                throw StatusException.badRequest("pod " + named.name() + " does not have an address");
            }
            int port = named.port().isEmpty()
                    ? containerPort(pod).orElse(named.tls() ? 443 : 80)
                    : number(named.port()).orElseThrow(() -> noPort(named));
            return new ProxyTarget(named.tls(), address, port);
        }

        private static Optional<Integer> containerPort(ObjectNode pod) {
            for (JsonNode container : pod.path("spec").path("containers")) {
                for (JsonNode port : container.path("ports")) {
                    return Optional.of(port.path("containerPort").asInt());
                }
            }
            return Optional.empty();
        }

        private ProxyTarget service(String namespace, Named named) {
            ObjectNode service = object(services, namespace, named.name());
            String portName = portName(service, named);
            List<ProxyTarget> ready = new ArrayList<>();
            for (ObjectNode slice : store.cachedList(slices, namespace)) {
                String of =
                        slice.path("metadata").path("labels").path(SERVICE_NAME).asText("");
                if (of.equals(named.name())) {
                    collect(slice, portName, named.tls(), ready);
                }
            }
            if (ready.isEmpty()) {
                throw StatusException.serviceUnavailable(
                        "no endpoints available for service " + Quoting.quote(named.name()));
            }
            return ready.get(ThreadLocalRandom.current().nextInt(ready.size()));
        }

        private static void collect(ObjectNode slice, String portName, boolean tls, List<ProxyTarget> into) {
            for (JsonNode port : slice.path("ports")) {
                if (!port.path("name").asText("").equals(portName) || !port.has("port")) {
                    continue;
                }
                for (JsonNode endpoint : slice.path("endpoints")) {
                    if (endpoint.path("conditions").path("ready").asBoolean(true)) {
                        String address = endpoint.path("addresses").path(0).asText("");
                        into.add(new ProxyTarget(tls, address, port.path("port").asInt()));
                    }
                }
            }
        }

        /** Name of the port that is meant by name or number; the only one may go without. */
        private static String portName(ObjectNode service, Named named) {
            JsonNode ports = service.path("spec").path("ports");
            if (named.port().isEmpty() && ports.size() == 1) {
                return ports.path(0).path("name").asText("");
            }
            for (JsonNode port : ports) {
                String name = port.path("name").asText("");
                if (name.equals(named.port()) || port.path("port").asText("").equals(named.port())) {
                    return name;
                }
            }
            throw noPort(named);
        }

        private static StatusException noPort(Named named) {
            return StatusException.serviceUnavailable("no service port " + Quoting.quote(named.port())
                    + " found for service " + Quoting.quote(named.name()));
        }

        private ProxyTarget node(Named named) {
            ObjectNode node = object(nodes, "", named.name());
            int port = number(named.port())
                    .orElseThrow(() -> StatusException.serviceUnavailable(
                            "the agent of node " + named.name() + " serves no HTTP; name a port to reach what does"));
            for (JsonNode address : node.path("status").path("addresses")) {
                if (address.path("type").asText("").equals("InternalIP")) {
                    return new ProxyTarget(named.tls(), address.path("address").asText(""), port);
                }
            }
            throw StatusException.internal("node " + named.name() + " has no address");
        }

        private static Optional<Integer> number(String text) {
            try {
                int port = Integer.parseInt(text);
                return port > 0 && port < 65536 ? Optional.of(port) : Optional.empty();
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
    }
}
