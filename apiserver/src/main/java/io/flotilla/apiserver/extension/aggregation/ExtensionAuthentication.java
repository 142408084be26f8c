package io.flotilla.apiserver.extension.aggregation;

import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Map;

/**
 * Keeps the ConfigMap {@code extension-apiserver-authentication}, from which extension servers learn whose client
 * certificates to trust, and in which headers this server names the user.
 */
final class ExtensionAuthentication {
    private static final String NAMESPACE = "kube-system";
    private static final String NAME = "extension-apiserver-authentication";

    private final Registry registry;
    private final OwnObjects objects;
    private final ResourceInfo configMaps;
    private final Map<String, String> data;

    /** @param data what is to stand there; other keys are left alone */
    ExtensionAuthentication(Registry registry, OwnObjects objects, Map<String, String> data) {
        this.registry = registry;
        this.objects = objects;
        this.configMaps = registry.of("", "configmaps");
        this.data = Map.copyOf(data);
    }

    /** Does nothing before there is the namespace. */
    void settle() {
        if (registry.objects()
                .cached(registry.of("", "namespaces"), "", NAMESPACE)
                .isPresent()) {
            objects.ensure(configMaps, NAMESPACE, NAME, object -> data.forEach(Trees.child(object, "data")::put));
        }
    }
}
