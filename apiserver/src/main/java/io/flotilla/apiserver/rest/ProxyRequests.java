package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.flotilla.apiserver.pipeline.Api;
import io.flotilla.apiserver.pipeline.Caller;
import io.flotilla.apiserver.pipeline.Target;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.request.StatusException;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** HTTP requests that are passed on to pods, to the endpoints of services, or to nodes. */
public final class ProxyRequests {
    private static final Set<String> RESOURCES = Set.of("pods", "services", "nodes");
    /** Segments of a path up to and with the subresource. */
    private static final int NAMESPACED = 7;

    private static final int CLUSTER_SCOPED = 5;

    private final Api api;
    private final ProxyTarget.Finder finder;

    public ProxyRequests(Api api, Registry registry) {
        this.api = api;
        this.finder = new ProxyTarget.Finder(registry.objects(), registry);
    }

    static boolean handles(Target target) {
        return target.subresource().equals("proxy")
                && target.resource().group().isEmpty()
                && RESOURCES.contains(target.resource().resource());
    }

    /** Blocks until the answer has been passed on. */
    void handle(Exchange exchange, Caller caller, Target target) {
        api.authorize(caller.user(), target.attributes(verb(exchange.method())));
        String uri = exchange.uri();
        int mark = uri.indexOf('?');
        String path = mark < 0 ? uri : uri.substring(0, mark);
        int end = endOf(path, target.resource().namespaced() ? NAMESPACED : CLUSTER_SCOPED);
        String rest = path.substring(end);
        String query = mark < 0 ? "" : uri.substring(mark);
        if (rest.isEmpty()
                && (exchange.method().equals("GET") || exchange.method().equals("HEAD"))) {
            // Relative links of the page must not lead above it.
            exchange.addHeader("location", path + "/" + query);
            exchange.respond(301, Unpooled.EMPTY_BUFFER);
            return;
        }
        api.writes()
                .connect(caller, target, JsonNodeFactory.instance.objectNode().put("path", rest));
        ProxyTarget to = finder.find(target);
        try (ProxyConnection connection = ProxyConnection.open(to)) {
            connection.pass(
                    exchange,
                    new ProxyConnection.Passing((rest.isEmpty() ? "/" : rest) + query, path.substring(0, end)));
        } catch (IOException e) {
            throw StatusException.serviceUnavailable("error trying to reach service: " + e.getMessage());
        }
    }

    private static String verb(String method) {
        return switch (method) {
            case "GET", "HEAD" -> "get";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            default -> method.toLowerCase(Locale.ROOT);
        };
    }

    private static int endOf(String path, int segments) {
        int at = 0;
        for (int i = 0; i < segments; i++) {
            int next = path.indexOf('/', at + 1);
            at = next < 0 ? path.length() : next;
        }
        return at;
    }
}
