package io.flotilla.apiserver.registry.rbac;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.authz.RoleAuthorizer;
import io.flotilla.apiserver.cache.CachedObject;
import io.flotilla.apiserver.cache.StoredForm;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ResourceRegistry;
import java.util.ArrayList;
import java.util.List;

/** Roles and bindings in the watch cache, as the authorizer reads them. */
public final class RoleObjects implements RoleAuthorizer.Source {
    private final ResourceRegistry of;

    private RoleObjects(ResourceRegistry of) {
        this.of = of;
    }

    /** The authorizer of the roles in the registry. */
    public static RoleAuthorizer authorizer(Registry registry) {
        return new RoleAuthorizer(
                List.of(of(registry, "roles"), of(registry, "clusterroles")),
                List.of(of(registry, "rolebindings"), of(registry, "clusterrolebindings")));
    }

    private static RoleAuthorizer.Source of(Registry registry, String resource) {
        return registry.all().stream()
                .filter(each -> each.resource().resource().equals(resource)
                        && each.resource().group().equals("rbac.authorization.k8s.io"))
                .findFirst()
                .map(RoleObjects::new)
                .orElseThrow();
    }

    @Override
    public Object state() {
        return of.cache().snapshot().objects();
    }

    @Override
    public List<JsonNode> objects() {
        List<JsonNode> objects = new ArrayList<>();
        for (CachedObject each : of.cache().snapshot().objects().values()) {
            objects.add(StoredForm.parse(each));
        }
        return objects;
    }
}
