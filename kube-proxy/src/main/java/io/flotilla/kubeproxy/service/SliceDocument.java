package io.flotilla.kubeproxy.service;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of an EndpointSlice that a proxy reads; the parser skips all others. */
record SliceDocument(
        Metadata metadata,
        @Nullable String addressType,
        @Nullable List<Endpoint> endpoints,
        @Nullable List<Port> ports) {

    record Metadata(
            @Nullable String namespace,
            String name,
            @Nullable String uid,
            @Nullable String resourceVersion,
            @Nullable Map<String, String> labels) {}

    record Endpoint(
            @Nullable List<String> addresses,
            @Nullable Conditions conditions,
            @Nullable String nodeName) {}

    record Conditions(
            @Nullable Boolean ready,
            @Nullable Boolean serving,
            @Nullable Boolean terminating) {}

    record Port(
            @Nullable String name,
            @Nullable String protocol,
            @Nullable Integer port) {}
}
