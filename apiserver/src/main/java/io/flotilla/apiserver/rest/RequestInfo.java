package io.flotilla.apiserver.rest;

import io.flotilla.apiserver.authz.Attributes;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a request is, as far as its method, path and query tell, before anyone looks at it: for metrics, flow control and
 * time limits.
 *
 * @param attributes the verb, and the resource or the path
 * @param longRunning whether it lasts as long as the client likes: watches, logs, sessions, proxied requests
 */
record RequestInfo(Attributes attributes, boolean longRunning) {
    private static final Set<String> LONG_RUNNING = Set.of("attach", "exec", "proxy", "log", "portforward");
    private static final Set<String> MUTATING = Set.of("create", "update", "patch", "delete", "deletecollection");

    static RequestInfo of(String method, String path, Query query, Optional<ResourcePath> resource) {
        if (resource.isEmpty()) {
            return new RequestInfo(Attributes.ofPath(method.toLowerCase(Locale.ROOT), path), false);
        }
        ResourcePath named = resource.get();
        boolean collection = named.name().isEmpty();
        String verb = switch (method) {
            case "GET", "HEAD" -> {
                if (named.watch() || (query.flag("watch") && named.subresource().isEmpty())) {
                    yield "watch";
                }
                yield collection ? "list" : "get";
            }
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> collection ? "deletecollection" : "delete";
            default -> method.toLowerCase(Locale.ROOT);
        };
        return new RequestInfo(
                new Attributes(
                        verb,
                        named.group(),
                        named.version(),
                        named.resource(),
                        named.subresource(),
                        named.namespace(),
                        named.name(),
                        ""),
                verb.equals("watch") || LONG_RUNNING.contains(named.subresource()));
    }

    boolean mutating() {
        return MUTATING.contains(attributes.verb());
    }
}
