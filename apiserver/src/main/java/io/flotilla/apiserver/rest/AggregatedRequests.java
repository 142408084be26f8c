package io.flotilla.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.backend.HttpConnection.Header;
import io.flotilla.apiserver.extension.aggregation.ApiService;
import io.flotilla.apiserver.extension.aggregation.ApiServices;
import io.flotilla.apiserver.extension.aggregation.Availability;
import io.flotilla.apiserver.extension.aggregation.FrontProxy;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.pipeline.Api;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Requests for what extension servers serve: allowed here, answered there. */
public final class AggregatedRequests {
    private static final String OPENAPI_V3 = "/openapi/v3";
    private static final String UNAVAILABLE = "service unavailable";

    private final Api api;
    private final ApiServices services;
    private final Availability availability;
    private final FrontProxy frontProxy;
    private final ServiceEndpoints endpoints;

    public AggregatedRequests(
            Api api,
            ApiServices services,
            Availability availability,
            FrontProxy frontProxy,
            ServiceEndpoints endpoints) {
        this.api = api;
        this.services = services;
        this.availability = availability;
        this.frontProxy = frontProxy;
        this.endpoints = endpoints;
    }

    /** Who else is to answer requests for a path; a version's OpenAPI document is its server's as well. */
    Optional<ApiService> find(String path) {
        return services.remote(path.startsWith(OPENAPI_V3) ? path.substring(OPENAPI_V3.length()) : path);
    }

    /** Whether the path names something that an extension server says it serves. */
    boolean serves(ResourcePath path) {
        return availability.versions().stream()
                .anyMatch(each -> each.group().equals(path.group())
                        && each.version().equals(path.version())
                        && lists(each.resources(), path));
    }

    private static boolean lists(JsonNode resources, ResourcePath path) {
        for (JsonNode resource : resources) {
            if (resource.path("resource").asText().equals(path.resource())) {
                return path.subresource().isEmpty()
                        || resource.path("subresources")
                                .findValuesAsText("subresource")
                                .contains(path.subresource());
            }
        }
        return false;
    }

    /** Blocks until the answer has been passed on. */
    void handle(Exchange exchange, User user, RequestInfo info, ApiService service) {
        api.authorize(user, info.attributes());
        Optional<ApiService.Backend> backend = service.backend();
        if (!service.available() || backend.isEmpty()) {
            refuse(exchange, UNAVAILABLE);
            return;
        }
        ServiceEndpoints.Endpoint endpoint;
        try {
            endpoint = endpoints.reach(
                    backend.get().namespace(),
                    backend.get().name(),
                    backend.get().port());
        } catch (StatusException e) {
            availability.doubt(service);
            refuse(exchange, UNAVAILABLE);
            return;
        }
        try (ProxyConnection connection = new ProxyConnection(frontProxy.connect(backend.get(), endpoint))) {
            connection.pass(
                    exchange,
                    new ProxyConnection.Passing(
                            exchange.uri(), "", AggregatedRequests::isReplaced, added(exchange, user)));
        } catch (IOException e) {
            availability.doubt(service);
            refuse(exchange, "error trying to reach service: " + e.getMessage());
        }
    }

    private static boolean isReplaced(String header) {
        return FrontProxy.isIdentity(header) || header.equals("x-forwarded-for");
    }

    private static List<Header> added(Exchange exchange, User user) throws IOException {
        List<Header> headers = new ArrayList<>(FrontProxy.identity(user));
        if (exchange.channel().remoteAddress() instanceof InetSocketAddress client) {
            String before = exchange.header("x-forwarded-for");
            String address = client.getAddress().getHostAddress();
            headers.add(new Header("X-Forwarded-For", before.isEmpty() ? address : before + ", " + address));
        }
        return headers;
    }

    private static void refuse(Exchange exchange, String why) {
        RestHandler.text(exchange, 503, why + "\n");
    }
}
