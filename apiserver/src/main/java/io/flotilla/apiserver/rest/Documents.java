package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.discovery.Discovery;
import io.flotilla.apiserver.discovery.Document;
import io.flotilla.apiserver.metrics.HealthMetrics;
import io.flotilla.apiserver.openapi.OpenApi;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.machinery.component.FlotillaVersion;
import io.flotilla.machinery.component.HealthChecks;
import io.flotilla.machinery.component.HealthEndpoint;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Everything that is no resource: health, version, metrics, discovery. */
public final class Documents {
    private static final String OPENAPI_V3 = "/openapi/v3/";
    private static final String NOT_FOUND = "404 page not found\n";

    private final Discovery discovery;
    private final OpenApi openApi;
    private final HealthChecks health;
    private final PrometheusMeterRegistry metrics;
    private final HealthMetrics slis = new HealthMetrics();
    private final Supplier<String> address;

    /** @param address host and port at which clients reach this server */
    public Documents(
            Discovery discovery,
            OpenApi openApi,
            HealthChecks health,
            PrometheusMeterRegistry metrics,
            Supplier<String> address) {
        this.discovery = discovery;
        this.openApi = openApi;
        this.health = health;
        this.metrics = metrics;
        this.address = address;
    }

    /** Whether a path is for everyone, whoever they are. */
    static boolean isOpen(String path) {
        return path.equals("/version") || path.equals("/version/") || HealthEndpoint.serves(path);
    }

    /** Whether it is one of the few paths that requests are counted by. */
    static boolean isKnown(String path) {
        return switch (path) {
            case "/",
                    "/healthz",
                    "/livez",
                    "/readyz",
                    "/version",
                    "/metrics",
                    "/metrics/slis",
                    "/api",
                    "/apis",
                    "/openapi/v2",
                    "/openapi/v3" -> true;
            default -> false;
        };
    }

    void handle(Exchange exchange) {
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            if (discovered(exchange.path()).isPresent()) {
                throw StatusException.methodNotAllowed();
            }
            notFound(exchange, exchange.path());
            return;
        }
        String path = exchange.path().length() > 1 && exchange.path().endsWith("/")
                ? exchange.path().substring(0, exchange.path().length() - 1)
                : exchange.path();
        switch (path) {
            case "/" -> index(exchange);
            case "/version" -> version(exchange);
            case "/metrics" -> metrics(exchange, metrics.scrape());
            case "/metrics/slis" -> metrics(exchange, slis.scrape());
            case "/api" -> document(exchange, discovery.api(exchange.header("accept"), address.get()));
            case "/openapi/v2" -> document(exchange, openApi.v2(exchange.header("accept"), discovery.remote()));
            case "/openapi/v3" -> document(exchange, openApi.v3Index(discovery.remote()));
            case "/apis" -> document(exchange, discovery.apis(exchange.header("accept")));
            default -> {
                if (HealthEndpoint.serves(path)) {
                    health(exchange, path);
                } else {
                    discovered(path)
                            .ifPresentOrElse(found -> document(exchange, found), () -> notFound(exchange, path));
                }
            }
        }
    }

    private static void metrics(Exchange exchange, String text) {
        exchange.addHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
        exchange.respond(200, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    private Optional<Document> discovered(String path) {
        if (path.startsWith(OPENAPI_V3)) {
            return openApi.v3(path.substring(OPENAPI_V3.length()));
        }
        String[] parts = path.split("/");
        if (parts.length == 3 && parts[1].equals("api")) {
            return discovery.resources("", parts[2]);
        }
        if (parts.length == 3 && parts[1].equals("apis")) {
            return discovery.group(parts[2]);
        }
        if (parts.length == 4 && parts[1].equals("apis")) {
            return discovery.resources(parts[2], parts[3]);
        }
        return Optional.empty();
    }

    /** Below a group that is served the API itself answers, elsewhere nobody does. */
    private void notFound(Exchange exchange, String path) {
        if (!discovery.isComplete()) {
            throw StatusException.notInstalledYet();
        }
        String[] parts = path.split("/", 4);
        boolean served = path.startsWith("/api/v1/")
                || (parts.length > 3
                        && parts[1].equals("apis")
                        && discovery.group(parts[2]).isPresent());
        if (served) {
            throw StatusException.noSuchPath();
        }
        RestHandler.text(exchange, 404, NOT_FOUND);
    }

    private static void document(Exchange exchange, Document document) {
        exchange.addHeader("etag", document.etag());
        exchange.addHeader("vary", "Accept");
        if (exchange.header("if-none-match").equals(document.etag())) {
            exchange.respond(304, Unpooled.EMPTY_BUFFER);
            return;
        }
        exchange.addHeader("content-type", document.contentType());
        Gzip.respond(exchange, 200, Unpooled.wrappedBuffer(document.body()));
    }

    private void index(Exchange exchange) {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        ArrayNode paths = index.putArray("paths");
        discovery.paths().forEach(paths::add);
        List.of("/healthz", "/livez", "/metrics", "/metrics/slis", "/readyz", "/version")
                .forEach(paths::add);
        RestHandler.json(exchange, 200, index);
    }

    private static void version(Exchange exchange) {
        ObjectNode version = JsonNodeFactory.instance.objectNode();
        version.put("major", FlotillaVersion.MAJOR)
                .put("minor", FlotillaVersion.MINOR)
                .put("emulationMajor", FlotillaVersion.MAJOR)
                .put("emulationMinor", FlotillaVersion.MINOR)
                .put("minCompatibilityMajor", FlotillaVersion.MAJOR)
                .put("minCompatibilityMinor", "35")
                .put("gitVersion", FlotillaVersion.GIT_VERSION)
                .put("gitCommit", FlotillaVersion.GIT_COMMIT)
                .put("gitTreeState", FlotillaVersion.GIT_TREE_STATE)
                .put("buildDate", FlotillaVersion.BUILD_DATE)
                .put("goVersion", FlotillaVersion.LANGUAGE_VERSION)
                .put("compiler", FlotillaVersion.COMPILER)
                .put("platform", FlotillaVersion.PLATFORM);
        RestHandler.json(exchange, 200, version);
    }

    private void health(Exchange exchange, String path) {
        Optional<HealthEndpoint.Reply> reply = HealthEndpoint.ask(
                health, path, exchange.query().has("verbose"), exchange.query().all("exclude"));
        if (reply.isEmpty()) {
            RestHandler.text(exchange, 404, NOT_FOUND);
            return;
        }
        slis.checked(HealthEndpoint.endpoint(path), reply.get().ran());
        RestHandler.text(exchange, reply.get().code(), reply.get().text());
    }
}
