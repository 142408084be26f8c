package io.flotilla.apiserver.table;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.Column;
import io.flotilla.apiserver.schema.CustomResource;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes Tables piece by piece: {@link #open}, rows with commas between them, {@link #CLOSE}. A watch event is a Table of
 * one row. Safe from any thread.
 */
public final class Tables {
    /** What follows the last row. */
    public static final byte[] CLOSE = "]}".getBytes(StandardCharsets.UTF_8);

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);
    private static final List<Column> GENERIC =
            List.of(new Column("Name", "string", "name", 0), new Column("Created At", "date", "", 0));

    /** What the scales of built-in kinds are shown as, whatever is scaled. */
    public static final ResourceInfo SCALES = new ResourceInfo(
            "autoscaling",
            "v1",
            "scales",
            "Scale",
            "scale",
            true,
            Set.of("get"),
            List.of(),
            List.of(),
            "autoscaling/v1",
            "",
            Set.of());

    private static final List<Column> SCALE = List.of(
            new Column("Name", "string", "", 0),
            new Column("Desired", "integer", "", 0),
            new Column("Available", "integer", "", 0),
            new Column("Age", "string", "", 0));

    private final Schema schema;
    private final Clock clock;
    private final Map<String, Cells> cells = new HashMap<>();

    public Tables(Schema schema, Clock clock) {
        this.schema = schema;
        this.clock = clock;
        register();
    }

    private void register() {
        cells.put("pods", new PodCells());
        cells.put("podtemplates", WorkloadCells::podTemplate);
        cells.put("replicationcontrollers", WorkloadCells::replicationController);
        cells.put("deployments.apps", WorkloadCells::deployment);
        cells.put("replicasets.apps", WorkloadCells::replicaSet);
        cells.put("daemonsets.apps", WorkloadCells::daemonSet);
        cells.put("statefulsets.apps", WorkloadCells::statefulSet);
        cells.put("controllerrevisions.apps", WorkloadCells::controllerRevision);
        cells.put("jobs.batch", WorkloadCells::job);
        cells.put("cronjobs.batch", WorkloadCells::cronJob);
        cells.put("poddisruptionbudgets.policy", WorkloadCells::podDisruptionBudget);
        cells.put("horizontalpodautoscalers.autoscaling", WorkloadCells::horizontalPodAutoscaler);
        cells.put(SCALES.qualifiedResource(), WorkloadCells::scale);
        cells.put("services", NetworkCells::service);
        cells.put("endpoints", NetworkCells::endpoints);
        cells.put("endpointslices.discovery.k8s.io", NetworkCells::endpointSlice);
        cells.put("ingresses.networking.k8s.io", NetworkCells::ingress);
        cells.put("ingressclasses.networking.k8s.io", NetworkCells::ingressClass);
        cells.put("networkpolicies.networking.k8s.io", NetworkCells::networkPolicy);
        cells.put("ipaddresses.networking.k8s.io", NetworkCells::ipAddress);
        cells.put("servicecidrs.networking.k8s.io", NetworkCells::serviceCidr);
        cells.put("persistentvolumes", StorageCells::persistentVolume);
        cells.put("persistentvolumeclaims", StorageCells::persistentVolumeClaim);
        cells.put("storageclasses.storage.k8s.io", StorageCells::storageClass);
        cells.put("volumeattachments.storage.k8s.io", StorageCells::volumeAttachment);
        cells.put("csidrivers.storage.k8s.io", StorageCells::csiDriver);
        cells.put("csinodes.storage.k8s.io", StorageCells::csiNode);
        cells.put("volumeattributesclasses.storage.k8s.io", StorageCells::volumeAttributesClass);
        cells.put("nodes", ClusterCells::node);
        cells.put("namespaces", ClusterCells::namespace);
        cells.put("configmaps", ClusterCells::configMap);
        cells.put("secrets", ClusterCells::secret);
        cells.put("events", ClusterCells::event);
        cells.put("events.events.k8s.io", ClusterCells::event);
        cells.put("leases.coordination.k8s.io", ClusterCells::lease);
        cells.put("resourcequotas", ClusterCells::resourceQuota);
        cells.put("rolebindings.rbac.authorization.k8s.io", ClusterCells::binding);
        cells.put("clusterrolebindings.rbac.authorization.k8s.io", ClusterCells::binding);
        cells.put("priorityclasses.scheduling.k8s.io", ClusterCells::priorityClass);
        cells.put("runtimeclasses.node.k8s.io", ClusterCells::runtimeClass);
        cells.put("certificatesigningrequests.certificates.k8s.io", ClusterCells::certificateSigningRequest);
        cells.put("apiservices.apiregistration.k8s.io", ClusterCells::apiService);
        cells.put("mutatingwebhookconfigurations.admissionregistration.k8s.io", ClusterCells::webhooks);
        cells.put("validatingwebhookconfigurations.admissionregistration.k8s.io", ClusterCells::webhooks);
        for (String kind : List.of("mutating", "validating")) {
            cells.put(kind + "admissionpolicies.admissionregistration.k8s.io", ClusterCells::admissionPolicy);
            cells.put(
                    kind + "admissionpolicybindings.admissionregistration.k8s.io",
                    ClusterCells::admissionPolicyBinding);
        }
        cells.put("flowschemas.flowcontrol.apiserver.k8s.io", ClusterCells::flowSchema);
        cells.put("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", ClusterCells::priorityLevel);
        cells.put("resourceclaims.resource.k8s.io", ClusterCells::resourceClaim);
        cells.put("resourceslices.resource.k8s.io", ClusterCells::resourceSlice);
        cells.put("componentstatuses", ClusterCells::componentStatus);
        cells.put("nodes.metrics.k8s.io", UsageCells::node);
        cells.put("pods.metrics.k8s.io", UsageCells::pod);
    }

    /**
     * Writes everything up to the first row.
     *
     * @param metadata metadata of the list: resourceVersion, continue, remainingItemCount
     * @param withColumns false for all but the first event of a watch
     */
    public byte[] open(ResourceInfo resource, TableForm form, ObjectNode metadata, boolean withColumns) {
        return write(out -> {
            out.writeStartObject();
            out.writeStringField("kind", "Table");
            out.writeStringField("apiVersion", "meta.k8s.io/" + form.version());
            out.writeFieldName("metadata");
            MAPPER.writeTree(out, metadata);
            out.writeFieldName("columnDefinitions");
            if (withColumns) {
                out.writeStartArray();
                for (Column column : columns(resource)) {
                    out.writeStartObject();
                    out.writeStringField("name", column.name());
                    out.writeStringField("type", column.type());
                    out.writeStringField("format", column.format());
                    out.writeStringField("description", "");
                    out.writeNumberField("priority", column.priority());
                    out.writeEndObject();
                }
                out.writeEndArray();
            } else {
                out.writeNull();
            }
            out.writeFieldName("rows");
            out.writeRaw(":[");
        });
    }

    /** Writes one row. */
    public byte[] row(ResourceInfo resource, TableForm form, ObjectNode object) {
        Ages ages = new Ages(clock.instant());
        return write(out -> {
            out.writeStartObject();
            out.writeFieldName("cells");
            out.writeStartArray();
            for (Object cell : cells(resource, object, ages)) {
                out.writePOJO(cell);
            }
            out.writeEndArray();
            conditions(out, resource, object);
            object(out, form, object);
            out.writeEndObject();
        });
    }

    List<Column> columns(ResourceInfo resource) {
        if (resource.equals(SCALES)) {
            return SCALE;
        }
        List<Column> columns = schema.columns(resource);
        return columns.isEmpty() ? GENERIC : columns;
    }

    List<Object> cells(ResourceInfo resource, ObjectNode object, Ages ages) {
        Cells special = cells.get(resource.qualifiedResource());
        if (special == null) {
            // A version of another group shows what the stored one shows.
            special = cells.get(schema.storageResource(resource).qualifiedResource());
        }
        if (special != null) {
            return special.of(object, ages);
        }
        Optional<CustomResource> custom = schema.custom(resource);
        if (custom.isPresent()) {
            return CustomCells.of(custom.get(), object, ages);
        }
        return columns(resource).stream()
                .map(column -> (Object)
                        switch (column.name()) {
                            case "Name" -> Cells.name(object);
                            case "Age" -> ages.age(object);
                            case "Created At" -> Cells.text(object.path("metadata"), "creationTimestamp");
                            default -> "";
                        })
                .toList();
    }

    /** Rows of pods that are done say so, for clients that hide them. */
    private static void conditions(JsonGenerator out, ResourceInfo resource, ObjectNode object) throws IOException {
        if (!resource.qualifiedResource().equals("pods")) {
            return;
        }
        String phase = object.path("status").path("phase").asText("");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            out.writeArrayFieldStart("conditions");
            out.writeStartObject();
            out.writeStringField("type", "Completed");
            out.writeStringField("status", "True");
            out.writeStringField("reason", phase);
            out.writeStringField(
                    "message", phase.equals("Failed") ? "The pod failed." : "The pod has completed successfully.");
            out.writeEndObject();
            out.writeEndArray();
        }
    }

    private static void object(JsonGenerator out, TableForm form, ObjectNode object) throws IOException {
        switch (form.include()) {
            case NONE -> {}
            case METADATA -> {
                out.writeObjectFieldStart("object");
                out.writeStringField("kind", "PartialObjectMetadata");
                out.writeStringField("apiVersion", "meta.k8s.io/" + form.version());
                JsonNode metadata = object.get("metadata");
                if (metadata != null) {
                    out.writeFieldName("metadata");
                    MAPPER.writeTree(out, metadata);
                }
                out.writeEndObject();
            }
            case OBJECT -> {
                out.writeFieldName("object");
                MAPPER.writeTree(out, object);
            }
        }
    }

    private interface Content {
        void write(JsonGenerator out) throws IOException;
    }

    private static byte[] write(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
            // What is open stays open: the pieces are put together by the caller.
            out.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            content.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
