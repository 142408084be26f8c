package io.flotilla.apiserver.registry.legacy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Conversion;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Workloads of extensions/v1beta1, apps/v1beta1, apps/v1beta2 and batch/v1beta1: they are those of apps/v1 and batch/v1 but
 * for a few fields, which live on in annotations, and for what is assumed where nothing is said.
 */
public final class WorkloadConversion implements Conversion {
    private static final String EXTENSIONS = "extensions/v1beta1";
    private static final String APPS_V1BETA1 = "apps/v1beta1";
    private static final String ROLLBACK = "deprecated.deployment.rollback.revision";
    private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

    private final Schema schema;
    private final ResourceInfo storage;

    /** @param storage the resource in its storage version */
    public WorkloadConversion(Schema schema, ResourceInfo storage) {
        this.schema = schema;
        this.storage = storage;
    }

    @Override
    public void toStorage(ObjectNode object, String fromVersion) {
        ObjectNode spec = Trees.child(object, "spec");
        if (fromVersion.equals(EXTENSIONS) || fromVersion.equals(APPS_V1BETA1)) {
            labelAfterTemplate(object, spec);
        }
        switch (storage.resource()) {
            case "deployments" -> deployment(object, spec, fromVersion);
            case "daemonsets" -> {
                if (fromVersion.equals(EXTENSIONS)) {
                    Trees.putDefault(Trees.child(spec, "updateStrategy"), "type", "OnDelete");
                }
                annotate(object, TEMPLATE_GENERATION, spec.remove("templateGeneration"));
            }
            case "statefulsets" -> {
                if (fromVersion.equals(APPS_V1BETA1)) {
                    Trees.putDefault(Trees.child(spec, "updateStrategy"), "type", "OnDelete");
                }
            }
            default -> {}
        }
        schema.applyDefaults(storage, object);
    }

    private static void deployment(ObjectNode object, ObjectNode spec, String fromVersion) {
        if (fromVersion.equals(EXTENSIONS)) {
            ObjectNode strategy = Trees.child(spec, "strategy");
            Trees.putDefault(strategy, "type", "RollingUpdate");
            if (strategy.path("type").asText().equals("RollingUpdate")) {
                ObjectNode rolling = Trees.child(strategy, "rollingUpdate");
                putDefault(rolling, "maxUnavailable", 1);
                putDefault(rolling, "maxSurge", 1);
            }
            // As good as unset, which is what they were before they had defaults.
            putDefault(spec, "progressDeadlineSeconds", Integer.MAX_VALUE);
            putDefault(spec, "revisionHistoryLimit", Integer.MAX_VALUE);
        } else if (fromVersion.equals(APPS_V1BETA1)) {
            putDefault(spec, "revisionHistoryLimit", 2);
        }
        JsonNode rollback = spec.remove("rollbackTo");
        annotate(object, ROLLBACK, rollback == null ? null : rollback.path("revision"));
    }

    private static void putDefault(ObjectNode object, String name, int value) {
        if (!object.hasNonNull(name)) {
            object.put(name, value);
        }
    }

    /** Who says neither whom to select nor how the object is labelled means the labels of the template. */
    private static void labelAfterTemplate(ObjectNode object, ObjectNode spec) {
        if (!(spec.path("template").path("metadata").path("labels") instanceof ObjectNode labels) || labels.isEmpty()) {
            return;
        }
        if (!spec.path("selector").isObject()) {
            spec.putObject("selector").set("matchLabels", labels.deepCopy());
        }
        ObjectNode metadata = Trees.child(object, "metadata");
        if (metadata.path("labels").isEmpty()) {
            metadata.set("labels", labels.deepCopy());
        }
    }

    private static void annotate(ObjectNode object, String annotation, @Nullable JsonNode number) {
        if (number != null && number.isNumber() && number.asLong() != 0) {
            Trees.child(Trees.child(object, "metadata"), "annotations").put(annotation, number.asText());
        }
    }

    @Override
    public void fromStorage(ObjectNode object, String toVersion) {
        ObjectNode spec = Trees.child(object, "spec");
        boolean extensions = toVersion.equals(EXTENSIONS);
        if (storage.resource().equals("deployments") && (extensions || toVersion.equals(APPS_V1BETA1))) {
            long revision = take(object, ROLLBACK);
            if (revision != 0) {
                spec.putObject("rollbackTo").put("revision", revision);
            }
        }
        if (storage.resource().equals("daemonsets") && extensions) {
            long generation = take(object, TEMPLATE_GENERATION);
            if (generation != 0) {
                spec.put("templateGeneration", generation);
            }
        }
    }

    /** Takes a number out of an annotation; 0 if there is none, or something else. */
    private static long take(ObjectNode object, String annotation) {
        if (!(object.path("metadata").path("annotations") instanceof ObjectNode annotations)
                || !annotations.path(annotation).asText("").matches("-?\\d{1,18}")) {
            return 0;
        }
        long number = Long.parseLong(annotations.remove(annotation).asText());
        if (annotations.isEmpty()) {
            Trees.child(object, "metadata").remove("annotations");
        }
        return number;
    }
}
