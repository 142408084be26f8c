package io.flotilla.apiserver.extension.aggregation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.backend.HttpConnection;
import io.flotilla.apiserver.backend.HttpConnection.Header;
import io.flotilla.apiserver.backend.NetworkFailures;
import io.flotilla.apiserver.codec.JsonCodec;
import io.flotilla.apiserver.discovery.Description;
import io.flotilla.apiserver.discovery.Document;
import io.flotilla.apiserver.node.ServiceEndpoints;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out whether an extension server can be reached, and what it says that it serves. */
final class Check {
    private static final int ATTEMPTS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int LARGEST_ANSWER = 16 << 20;
    private static final JsonMapper JSON = new JsonMapper();
    private static final User SELF = new User("system:kube-aggregator", "", List.of(User.MASTERS), Map.of());

    private final ObjectStore store;
    private final ResourceInfo services;
    private final ResourceInfo slices;
    private final ServiceEndpoints endpoints;
    private final FrontProxy frontProxy;

    /**
     * What was found.
     *
     * @param served what it serves, if it has said so
     */
    record Found(Condition condition, Optional<Served> served) {
        static Found not(String reason, String message) {
            return new Found(Condition.not(reason, message), Optional.empty());
        }
    }

    /**
     * What the objects say of the way to an extension server.
     *
     * @param service missing where there is none
     */
    record Way(JsonNode service, List<ObjectNode> slices) {}

    /** What an extension server says of one version: see {@link io.flotilla.apiserver.discovery.RemoteVersion}. */
    record Served(ArrayNode resources, String openApi, Description description) {}

    Check(ObjectStore store, Resources resources, FrontProxy frontProxy) {
        this.store = store;
        this.services = resources.of("", "services");
        this.slices = resources.of("discovery.k8s.io", "endpointslices");
        this.endpoints = new ServiceEndpoints(store, resources);
        this.frontProxy = frontProxy;
    }

    Way way(ApiService.Backend backend) {
        return new Way(
                store.cached(services, backend.namespace(), backend.name())
                        .map(each -> each.path("spec"))
                        .orElseGet(MissingNode::getInstance),
                slices(backend));
    }

    /**
     * Blocks until the server has answered, or has not.
     *
     * @param last what it said before: long documents are fetched only if they have changed
     */
    Found run(ApiService service, ApiService.Backend backend, Way way, Optional<Served> last) {
        String named = "service/" + backend.name() + " in " + Quoting.quote(backend.namespace());
        JsonNode spec = way.service();
        if (spec.isMissingNode()) {
            return Found.not("ServiceNotFound", named + " is not present");
        }
        if (spec.path("type").asText("ClusterIP").equals("ClusterIP")) {
            Optional<String> portName = portName(spec, backend.port());
            if (portName.isEmpty()) {
                return Found.not("ServicePortError", named + " is not listening on port " + backend.port());
            }
            if (way.slices().isEmpty()) {
                return Found.not("EndpointsNotFound", "cannot find endpointslices for " + named);
            }
            if (way.slices().stream().noneMatch(slice -> isReady(slice, portName.get()))) {
                return Found.not(
                        "MissingEndpoints",
                        "endpointslices for " + named + " have no addresses with port name "
                                + Quoting.quote(portName.get()));
            }
        }
        return discover(service, backend, last);
    }

    private static Optional<String> portName(JsonNode spec, int number) {
        for (JsonNode port : spec.path("ports")) {
            if (port.path("port").asInt() == number) {
                return Optional.of(port.path("name").asText(""));
            }
        }
        return Optional.empty();
    }

    private List<ObjectNode> slices(ApiService.Backend backend) {
        return store.cachedList(slices, backend.namespace()).stream()
                .filter(each -> each.path("metadata")
                        .path("labels")
                        .path("kubernetes.io/service-name")
                        .asText("")
                        .equals(backend.name()))
                .toList();
    }

    private static boolean isReady(JsonNode slice, String portName) {
        boolean named = false;
        for (JsonNode port : slice.path("ports")) {
            named |= port.path("name").asText("").equals(portName) && port.has("port");
        }
        for (JsonNode endpoint : slice.path("endpoints")) {
            if (named && endpoint.path("conditions").path("ready").asBoolean(true)) {
                return true;
            }
        }
        return false;
    }

    /** One endpoint that answers is enough. */
    private Found discover(ApiService service, ApiService.Backend backend, Optional<Served> last) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String failure = "";
        for (int i = 0; i < ATTEMPTS && System.nanoTime() < deadline; i++) {
            ServiceEndpoints.Endpoint endpoint;
            try {
                endpoint = endpoints.reach(backend.namespace(), backend.name(), backend.port());
            } catch (StatusException e) {
                failure = String.valueOf(e.getMessage());
                continue;
            }
            String url = "https://" + HttpConnection.authority(endpoint.host(), endpoint.port()) + service.path();
            try {
                JsonNode resources = get(backend, endpoint, service.path(), url);
                String openApi = openApi(service, backend, endpoint);
                // None may mean that the server was too slow to tell it: it is asked again.
                Description description = last.filter(
                                each -> !openApi.isEmpty() && each.openApi().equals(openApi))
                        .map(Served::description)
                        .filter(each -> !each.equals(Description.NONE))
                        .orElseGet(() -> description(backend, endpoint));
                return new Found(
                        Condition.PASSED, Optional.of(new Served(RemoteResources.of(resources), openApi, description)));
            } catch (IOException e) {
                failure = "failing or missing response from " + url + ": " + e.getMessage();
            }
        }
        return Found.not("FailedDiscoveryCheck", failure);
    }

    /** Not every extension server describes what it serves. */
    private String openApi(ApiService service, ApiService.Backend backend, ServiceEndpoints.Endpoint endpoint) {
        try {
            return get(backend, endpoint, "/openapi/v3", "")
                    .path("paths")
                    .path(service.path().substring(1))
                    .path("serverRelativeURL")
                    .asText("");
        } catch (IOException e) {
            return "";
        }
    }

    private Description description(ApiService.Backend backend, ServiceEndpoints.Endpoint endpoint) {
        try {
            return get(backend, endpoint, "/openapi/v2", "") instanceof ObjectNode document
                    ? new Description(Document.hash(JsonCodec.encode(document)), document)
                    : Description.NONE;
        } catch (IOException e) {
            return Description.NONE;
        }
    }

    /** The JSON at a path; missing where the answer is a success but no JSON. */
    private JsonNode get(ApiService.Backend backend, ServiceEndpoints.Endpoint endpoint, String path, String url)
            throws IOException {
        HttpConnection.Head head;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (HttpConnection connection = frontProxy.connect(backend, endpoint)) {
            connection.limitSilence(PATIENCE);
            List<Header> headers = new ArrayList<>(FrontProxy.identity(SELF));
            headers.add(new Header("Accept", "application/json"));
            headers.add(new Header("User-Agent", "kube-aggregator"));
            headers.add(new Header("Connection", "close"));
            connection.send("GET", path, headers, new byte[0]);
            head = connection.receive();
            connection.body(head, (piece, length) -> {
                body.write(piece, 0, length);
                if (body.size() > LARGEST_ANSWER) {
                    throw new IOException("the answer is too large");
                }
            });
        } catch (IOException e) {
            String authority = HttpConnection.authority(endpoint.host(), endpoint.port());
            String why = e instanceof SocketTimeoutException
                    ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
                    : NetworkFailures.words(e, authority);
            throw new IOException("Get " + Quoting.quote(url) + ": " + why, e);
        }
        if (head.code() < 200 || head.code() >= 300) {
            throw new IOException("bad status from " + url + ": " + head.code());
        }
        try {
            return JSON.readTree(body.toByteArray());
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
