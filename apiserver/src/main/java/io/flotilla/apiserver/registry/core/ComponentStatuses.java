package io.flotilla.apiserver.registry.core;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.cache.Selection;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.request.StatusException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * How the parts of the control plane are, as far as an API server can tell: the members of etcd by asking them, those
 * components that elect a leader by whether one leads. Nothing of it is kept.
 */
public final class ComponentStatuses implements SubresourceHandler {
    /** Components by the leases of their leaders. */
    private static final Map<String, String> LEADERS =
            Map.of("controller-manager", "kube-controller-manager", "scheduler", "kube-scheduler");

    private final Resources resources;
    private final Supplier<Map<String, Optional<String>>> stores;

    /** @param stores asks the members of etcd, by name, for what is wrong with them */
    public ComponentStatuses(Resources resources, Supplier<Map<String, Optional<String>>> stores) {
        this.resources = resources;
        this.stores = stores;
    }

    @Override
    public ObjectNode read(WriteContext context) {
        return list(context, Selection.ALL).stream()
                .filter(each -> each.path("metadata").path("name").asText().equals(context.name()))
                .findFirst()
                .orElseThrow(() -> StatusException.notFound(context.resource(), context.name()));
    }

    @Override
    public List<ObjectNode> list(WriteContext context, Selection selection) {
        Map<String, Optional<String>> troubles = new TreeMap<>(stores.get());
        LEADERS.forEach((component, lease) -> troubles.put(component, trouble(context, lease)));
        List<ObjectNode> statuses = new ArrayList<>();
        troubles.forEach((name, trouble) -> statuses.add(status(name, trouble)));
        return statuses;
    }

    private Optional<String> trouble(WriteContext context, String lease) {
        return context.store()
                .cached(resources.of("coordination.k8s.io", "leases"), "kube-system", lease)
                .map(each -> Field.of(each).at("spec"))
                .filter(spec -> !spec.at("holderIdentity").isEmpty() && isHeld(spec, context.now()))
                .map(_ -> Optional.<String>empty())
                .orElseGet(() -> Optional.of("nobody holds the lease kube-system/" + lease));
    }

    private static boolean isHeld(Field spec, Instant now) {
        try {
            Instant renewed = OffsetDateTime.parse(spec.text("renewTime")).toInstant();
            return now.isBefore(renewed.plusSeconds(spec.number("leaseDurationSeconds")));
        } catch (DateTimeException _) {
            return false;
        }
    }

    private static ObjectNode status(String name, Optional<String> trouble) {
        ObjectNode status = JsonNodeFactory.instance
                .objectNode()
                .put("kind", "ComponentStatus")
                .put("apiVersion", "v1");
        status.putObject("metadata").put("name", name);
        ObjectNode condition = status.putArray("conditions")
                .addObject()
                .put("type", "Healthy")
                .put("status", trouble.isEmpty() ? "True" : "False");
        trouble.ifPresentOrElse(why -> condition.put("error", why), () -> condition.put("message", "ok"));
        return status;
    }
}
