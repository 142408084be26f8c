package io.flotilla.apiserver.registry.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.validation.Block;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The objects that every cluster has. Each is made if it is missing; those whose annotation says that they follow the
 * server are brought up to date. Every API server does so when it starts, and none minds that another was first.
 */
final class DefaultObjects {
    private static final List<String> NAMESPACES = List.of("default", "kube-system", "kube-public", "kube-node-lease");
    private static final Set<String> MANDATORY = Set.of("exempt", "catch-all");
    private static final String FOLLOWS_ROLE = "rbac.authorization.kubernetes.io/autoupdate";
    private static final String FOLLOWS_SPEC = "apf.kubernetes.io/autoupdate-spec";

    private final Resources resources;
    private final ObjectStore store;
    private final Clock clock;

    DefaultObjects(Resources resources, ObjectStore store, Clock clock) {
        this.resources = resources;
        this.store = store;
        this.clock = clock;
    }

    void ensure(Block serviceCidr) {
        NAMESPACES.forEach(this::ensureNamespace);
        ensureServiceCidr(serviceCidr);
        JsonNode objects = load();
        for (String first : List.of("priorityclasses.scheduling.k8s.io", "apiservices.apiregistration.k8s.io")) {
            ensureAll(first, objects.path(first));
        }
        for (Map.Entry<String, JsonNode> kind : objects.properties()) {
            ensureAll(kind.getKey(), kind.getValue());
        }
        ensureTokenTracking();
    }

    /** The specs of those default objects that must stay as they are, by name. */
    static Map<String, JsonNode> mandatorySpecs(String qualifiedResource) {
        Map<String, JsonNode> specs = new HashMap<>();
        for (JsonNode object : load().path(qualifiedResource)) {
            String name = Trees.text(object, "metadata", "name");
            if (MANDATORY.contains(name)) {
                specs.put(name, object.path("spec"));
            }
        }
        return specs;
    }

    private static JsonNode load() {
        try (InputStream in = DefaultObjects.class.getResourceAsStream("default-objects.json")) {
            return new JsonMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ensureNamespace(String name) {
        ObjectNode namespace = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = namespace.putObject("metadata").put("name", name);
        metadata.putObject("labels").put("kubernetes.io/metadata.name", name);
        namespace.putObject("spec").putArray("finalizers").add("kubernetes");
        namespace.putObject("status").put("phase", "Active");
        ensure(resources.of("", "namespaces"), namespace);
    }

    private void ensureServiceCidr(Block block) {
        ObjectNode cidr = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = cidr.putObject("metadata").put("name", "kubernetes");
        metadata.putArray("finalizers").add("networking.k8s.io/service-cidr-finalizer");
        cidr.putObject("spec").putArray("cidrs").add(block.toString());
        ObjectNode ready = cidr.putObject("status").putArray("conditions").addObject();
        ready.put("type", "Ready").put("status", "True").put("reason", "").put("lastTransitionTime", now());
        ready.put("message", "Kubernetes default Service CIDR is ready");
        ensure(resources.of("networking.k8s.io", "servicecidrs"), cidr);
    }

    /** Since when the uses of the tokens that secrets hold are noted. */
    private void ensureTokenTracking() {
        ObjectNode since = JsonNodeFactory.instance.objectNode();
        since.putObject("metadata")
                .put("namespace", "kube-system")
                .put("name", "kube-apiserver-legacy-service-account-token-tracking");
        since.putObject("data")
                .put(
                        "since",
                        LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString());
        ensure(resources.of("", "configmaps"), since);
    }

    private void ensureAll(String qualifiedResource, JsonNode objects) {
        int dot = qualifiedResource.indexOf('.');
        ResourceInfo resource = resources.of(qualifiedResource.substring(dot + 1), qualifiedResource.substring(0, dot));
        for (JsonNode object : objects) {
            ensure(resource, (ObjectNode) object);
        }
    }

    private void ensure(ResourceInfo resource, ObjectNode object) {
        String namespace = Trees.text(object, "metadata", "namespace");
        String name = Trees.text(object, "metadata", "name");
        Optional<ObjectNode> present = store.cached(resource, namespace, name);
        if (present.isEmpty()) {
            create(resource, object);
        } else if (isBehind(present.get(), object)) {
            store.update(resource, namespace, name, live -> follow(live, object));
        }
    }

    private void create(ResourceInfo resource, ObjectNode object) {
        ObjectNode complete = JsonNodeFactory.instance.objectNode();
        complete.put("apiVersion", resource.storageVersion());
        complete.put("kind", resource.kind());
        complete.setAll(object.deepCopy());
        ObjectNode metadata = Trees.child(complete, "metadata");
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", now());
        if (hasGeneration(resource)) {
            metadata.put("generation", 1);
        }
        try {
            store.create(resource, complete);
        } catch (StatusException e) {
            if (!e.reason().equals("AlreadyExists")) {
                throw e;
            }
        }
    }

    private static boolean hasGeneration(ResourceInfo resource) {
        return resource.group().startsWith("flowcontrol") || resource.resource().equals("priorityclasses");
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static boolean isBehind(ObjectNode live, ObjectNode wanted) {
        return !Trees.same(follow(live.deepCopy(), wanted), live);
    }

    /** Adds what the server's own version says and the live object lacks. */
    private static ObjectNode follow(ObjectNode live, ObjectNode wanted) {
        JsonNode annotations = live.path("metadata").path("annotations");
        if (annotations.path(FOLLOWS_ROLE).asText().equals("true") && !wanted.has("aggregationRule")) {
            addMissing(live, wanted, "rules");
            addMissing(live, wanted, "subjects");
        }
        if (annotations.path(FOLLOWS_SPEC).asText().equals("true") && !covers(live.path("spec"), wanted.path("spec"))) {
            live.set("spec", wanted.path("spec").deepCopy());
        }
        return live;
    }

    private static void addMissing(ObjectNode live, ObjectNode wanted, String list) {
        for (JsonNode each : wanted.path(list)) {
            boolean found = false;
            for (JsonNode present : live.path(list)) {
                found |= Trees.same(present, each);
            }
            if (!found) {
                ArrayNode array = live.get(list) instanceof ArrayNode present ? present : live.putArray(list);
                array.add(each.deepCopy());
            }
        }
    }

    /** Whether everything wanted stands there; what defaults added beside does not matter. */
    private static boolean covers(JsonNode live, JsonNode wanted) {
        if (wanted.isObject()) {
            return wanted.propertyStream().allMatch(entry -> covers(live.path(entry.getKey()), entry.getValue()));
        }
        if (wanted.isArray()) {
            if (live.size() != wanted.size()) {
                return false;
            }
            for (int i = 0; i < wanted.size(); i++) {
                if (!covers(live.path(i), wanted.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return Trees.same(live, wanted);
    }
}
