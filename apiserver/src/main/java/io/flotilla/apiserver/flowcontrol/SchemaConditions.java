package io.flotilla.apiserver.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.storage.StorageException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the status of each flow schema, by its condition {@code Dangling}, whether the priority level that it names
 * exists. Every API server does so; what one has written the others find right.
 */
public final class SchemaConditions {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaConditions.class);
    private static final String GROUP = "flowcontrol.apiserver.k8s.io";

    private final Registry registry;
    private final Clock clock;
    private final ResourceInfo schemas;
    private final FlowObjects schemaObjects;
    private final FlowObjects levelObjects;
    private Object settledSchemas = new Object();
    private Object settledLevels = new Object();

    public SchemaConditions(Registry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        this.schemas = registry.of(GROUP, "flowschemas");
        this.schemaObjects = FlowObjects.of(registry, "flowschemas");
        this.levelObjects = FlowObjects.of(registry, "prioritylevelconfigurations");
    }

    /** Writes what has changed; costs nothing if neither schemas nor levels have. What fails is tried the next time. */
    @SuppressWarnings("ReferenceEquality") // states are told apart by identity: comparing their content would cost more
    public synchronized void settle() {
        Object ofSchemas = schemaObjects.state();
        Object ofLevels = levelObjects.state();
        if (ofSchemas == settledSchemas && ofLevels == settledLevels) {
            return;
        }
        Set<String> levels = new HashSet<>();
        levelObjects.objects().forEach(level -> levels.add(name(level)));
        try {
            for (JsonNode schema : schemaObjects.objects()) {
                settle((ObjectNode) schema, levels);
            }
            settledSchemas = ofSchemas;
            settledLevels = ofLevels;
        } catch (StatusException | StorageException e) {
            LOG.info("the conditions of flow schemas are not up to date yet: {}", e.getMessage());
        }
    }

    private void settle(ObjectNode schema, Set<String> levels) {
        if (!change(schema, levels)) {
            return;
        }
        try {
            registry.objects().update(schemas, "", name(schema), live -> {
                change(live, levels);
                return live;
            });
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    /** Returns whether there was anything to change. */
    private boolean change(ObjectNode schema, Set<String> levels) {
        String level = schema.path("spec")
                .path("priorityLevelConfiguration")
                .path("name")
                .asText("");
        boolean exists = levels.contains(level);
        String status = exists ? "False" : "True";
        String reason = exists ? "Found" : "NotFound";
        String message = "This FlowSchema references the PriorityLevelConfiguration object named "
                + Quoting.quote(level) + (exists ? " and it exists" : " but there is no such object");
        ObjectNode condition = dangling(schema);
        if (condition.path("status").asText("").equals(status)
                && condition.path("reason").asText("").equals(reason)
                && condition.path("message").asText("").equals(message)) {
            return false;
        }
        condition
                .put("status", status)
                .put(
                        "lastTransitionTime",
                        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("reason", reason)
                .put("message", message);
        return true;
    }

    private static ObjectNode dangling(ObjectNode schema) {
        ArrayNode conditions = Trees.child(schema, "status").withArray("conditions");
        for (JsonNode each : conditions) {
            if (each.path("type").asText("").equals("Dangling")) {
                return (ObjectNode) each;
            }
        }
        return conditions.addObject().put("type", "Dangling");
    }

    private static String name(JsonNode object) {
        return object.path("metadata").path("name").asText("");
    }
}
