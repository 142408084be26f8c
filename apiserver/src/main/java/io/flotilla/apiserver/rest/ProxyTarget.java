package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.pipeline.Target;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Optional;

/**
 * Where a proxied request goes.
 *
 * @param host an address
 */
record ProxyTarget(boolean tls, String host, int port) {
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
        private final ServiceEndpoints services;
        private final ResourceInfo nodes;

        Finder(ObjectStore store, Resources resources) {
            this.store = store;
            this.pods = resources.of("", "pods");
            this.services = new ServiceEndpoints(store, resources);
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
            ServiceEndpoints.Endpoint endpoint = services.find(namespace, named.name(), named.port());
            return new ProxyTarget(named.tls(), endpoint.host(), endpoint.port());
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
