package io.flotilla.apiserver.registry.service;

import io.flotilla.apiserver.registry.validation.Field;
import java.util.function.Consumer;

/** What a service says to no effect. */
final class ServiceWarnings {
    private static final String HINTS = "service.kubernetes.io/topology-aware-hints";

    private ServiceWarnings() {}

    static void give(Field service, Consumer<String> warn) {
        if (service.at("metadata", "annotations").has(HINTS)) {
            warn.accept(
                    "annotation " + HINTS + " is deprecated, please use service.kubernetes.io/topology-mode instead");
        }
        Field spec = service.at("spec");
        boolean external = spec.text("type").equals("ExternalName");
        if (!external && spec.text("clusterIP").equals("None")) {
            headless(spec, warn);
        }
        if (external && spec.at("externalIPs").size() > 0) {
            warn.accept("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
        if (!external && !spec.text("externalName").isEmpty()) {
            warn.accept("spec.externalName is ignored when spec.type is not \"ExternalName\"");
        }
    }

    private static void headless(Field spec, Consumer<String> warn) {
        if (!spec.text("loadBalancerIP").isEmpty()) {
            warn.accept("spec.loadBalancerIP is ignored for headless services");
        }
        if (spec.at("externalIPs").size() > 0) {
            warn.accept("spec.externalIPs is ignored for headless services");
        }
        if (!spec.text("sessionAffinity").equals("None")) {
            warn.accept("spec.SessionAffinity is ignored for headless services");
        }
    }
}
