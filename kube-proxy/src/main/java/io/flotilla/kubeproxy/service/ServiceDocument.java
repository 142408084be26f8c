package io.flotilla.kubeproxy.service;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a Service that a proxy reads; the parser skips all others. */
record ServiceDocument(Metadata metadata, @Nullable Spec spec) {

    record Metadata(
            @Nullable String namespace,
            String name,
            @Nullable String uid,
            @Nullable String resourceVersion) {}

    record Spec(
            @Nullable String type,
            @Nullable String clusterIP,
            @Nullable List<Port> ports,
            @Nullable String sessionAffinity,
            @Nullable AffinityConfig sessionAffinityConfig,
            @Nullable String internalTrafficPolicy,
            @Nullable String externalTrafficPolicy) {}

    record Port(
            @Nullable String name,
            @Nullable String protocol,
            int port,
            @Nullable Integer nodePort) {}

    record AffinityConfig(@Nullable ClientIp clientIP) {}

    record ClientIp(@Nullable Integer timeoutSeconds) {}
}
