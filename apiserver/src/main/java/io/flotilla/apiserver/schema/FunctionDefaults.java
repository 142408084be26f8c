package io.flotilla.apiserver.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The defaults that the table cannot tell: values computed from others, elements of lists and maps, removals. */
final class FunctionDefaults {
    private static final List<String> RETIRED_ANNOTATIONS = List.of(
            "pod.beta.kubernetes.io/init-containers",
            "pod.alpha.kubernetes.io/init-containers",
            "pod.beta.kubernetes.io/init-container-statuses",
            "pod.alpha.kubernetes.io/init-container-statuses");

    private final Map<String, Consumer<ObjectNode>> before = new HashMap<>();
    private final Map<String, Consumer<ObjectNode>> after = new HashMap<>();
    private final Clock clock;

    FunctionDefaults(Clock clock) {
        this.clock = clock;
        before.put("core/v1.NodeSpec", FunctionDefaults::nodeSpec);
        before.put("core/v1.PodSpec", FunctionDefaults::podSpec);
        before.put("core/v1.PodStatus", FunctionDefaults::podStatus);
        before.put("core/v1.PodTemplateSpec", FunctionDefaults::removeRetiredAnnotations);
        before.put("core/v1.Secret", FunctionDefaults::secret);
        after.put("apiextensions/v1.CustomResourceDefinition", FunctionDefaults::customResourceDefinition);
        after.put("apiextensions/v1.CustomResourceDefinitionSpec", FunctionDefaults::customResourceNames);
        after.put("apps/v1.StatefulSetSpec", FunctionDefaults::statefulSetSpec);
        after.put("autoscaling/v1.HorizontalPodAutoscaler", FunctionDefaults::horizontalPodAutoscaler);
        after.put("batch/v1.Job", FunctionDefaults::labelsOfTemplate);
        after.put("core/v1.Container", FunctionDefaults::container);
        after.put("core/v1.EphemeralContainer", FunctionDefaults::container);
        after.put("core/v1.Endpoints", FunctionDefaults::endpoints);
        after.put("core/v1.LimitRangeItem", FunctionDefaults::limitRangeItem);
        after.put("core/v1.Namespace", FunctionDefaults::namespace);
        after.put("core/v1.NodeStatus", FunctionDefaults::nodeStatus);
        after.put("core/v1.Pod", PodDefaults::apply);
        after.put("core/v1.ReplicationController", FunctionDefaults::replicationController);
        after.put("core/v1.Service", ServiceDefaults::apply);
        after.put("core/v1.Volume", FunctionDefaults::volume);
        for (String version : List.of("v1", "v1beta1", "v1beta2")) {
            String device = version.equals("v1beta1") ? "BasicDevice" : "Device";
            after.put("resource/" + version + "." + device, FunctionDefaults::device);
            after.put("resource/" + version + ".DeviceTaint", this::deviceTaint);
        }
        after.put("resource/v1alpha3.DeviceTaint", this::deviceTaint);
    }

    boolean handles(String type) {
        return before.containsKey(type) || after.containsKey(type);
    }

    /** Runs what precedes the table's rules for the type. */
    void before(String type, ObjectNode object) {
        run(before.get(type), object);
    }

    /** Runs what follows them. */
    void after(String type, ObjectNode object) {
        run(after.get(type), object);
    }

    private static void run(@Nullable Consumer<ObjectNode> function, ObjectNode object) {
        if (function != null) {
            function.accept(object);
        }
    }

    static String text(JsonNode object, String field) {
        return object.path(field).asText("");
    }

    static boolean unset(JsonNode object, String field) {
        JsonNode value = object.get(field);
        return value == null || value.isNull();
    }

    static void removeRetiredAnnotations(ObjectNode object) {
        if (object.path("metadata").get("annotations") instanceof ObjectNode annotations) {
            annotations.remove(RETIRED_ANNOTATIONS);
            if (annotations.isEmpty() && object.get("metadata") instanceof ObjectNode metadata) {
                metadata.remove("annotations");
            }
        }
    }

    private static void nodeSpec(ObjectNode spec) {
        String single = text(spec, "podCIDR");
        JsonNode many = spec.path("podCIDRs");
        if (!single.isEmpty() && !many.path(0).asText("").equals(single)) {
            spec.putArray("podCIDRs").add(single);
        } else if (single.isEmpty() && !many.isEmpty()) {
            spec.set("podCIDR", many.get(0));
        }
    }

    private static void nodeStatus(ObjectNode status) {
        if (DefaultRule.isZero(status.get("allocatable")) && !DefaultRule.isZero(status.get("capacity"))) {
            status.set("allocatable", status.get("capacity").deepCopy());
        }
    }

    private static void podSpec(ObjectNode spec) {
        String name = text(spec, "serviceAccountName");
        String old = text(spec, "serviceAccount");
        if (name.isEmpty() && !old.isEmpty()) {
            spec.put("serviceAccountName", old);
        } else if (!name.isEmpty()) {
            spec.put("serviceAccount", name);
        }
    }

    private static void podStatus(ObjectNode status) {
        String single = text(status, "podIP");
        JsonNode many = status.path("podIPs");
        if (!single.isEmpty() && !many.path(0).path("ip").asText("").equals(single)) {
            status.putArray("podIPs").addObject().put("ip", single);
        } else if (single.isEmpty() && !many.isEmpty()) {
            status.set("podIP", many.get(0).path("ip"));
        }
    }

    private static void secret(ObjectNode secret) {
        if (secret.remove("stringData") instanceof ObjectNode texts && !texts.isEmpty()) {
            ObjectNode data = secret.get("data") instanceof ObjectNode node ? node : secret.putObject("data");
            texts.properties()
                    .forEach(entry -> data.put(
                            entry.getKey(),
                            Base64.getEncoder()
                                    .encodeToString(entry.getValue().asText().getBytes(StandardCharsets.UTF_8))));
        }
    }

    private static void customResourceDefinition(ObjectNode definition) {
        if (definition.path("status").path("storedVersions").isEmpty()) {
            for (JsonNode version : definition.path("spec").path("versions")) {
                if (version.path("storage").asBoolean()) {
                    ObjectNode status =
                            definition.get("status") instanceof ObjectNode node ? node : definition.putObject("status");
                    status.putArray("storedVersions").add(text(version, "name"));
                    return;
                }
            }
        }
    }

    private static void customResourceNames(ObjectNode spec) {
        if (spec.get("names") instanceof ObjectNode names) {
            String kind = text(names, "kind");
            if (text(names, "singular").isEmpty()) {
                names.put("singular", kind.toLowerCase(Locale.ROOT));
            }
            if (text(names, "listKind").isEmpty() && !kind.isEmpty()) {
                names.put("listKind", kind + "List");
            }
        }
    }

    private static void statefulSetSpec(ObjectNode spec) {
        for (JsonNode template : spec.path("volumeClaimTemplates")) {
            if (template instanceof ObjectNode claim) {
                claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
            }
        }
    }

    private static void horizontalPodAutoscaler(ObjectNode autoscaler) {
        boolean otherMetrics =
                autoscaler.path("metadata").path("annotations").has("autoscaling.alpha.kubernetes.io/metrics");
        if (!otherMetrics
                && autoscaler.get("spec") instanceof ObjectNode spec
                && unset(spec, "targetCPUUtilizationPercentage")) {
            spec.put("targetCPUUtilizationPercentage", 80);
        }
    }

    private static void labelsOfTemplate(ObjectNode object) {
        JsonNode labels = object.path("spec").path("template").path("metadata").path("labels");
        if (!labels.isEmpty()
                && object.get("metadata") instanceof ObjectNode metadata
                && metadata.path("labels").isEmpty()) {
            metadata.set("labels", labels.deepCopy());
        }
    }

    private static void replicationController(ObjectNode controller) {
        JsonNode labels =
                controller.path("spec").path("template").path("metadata").path("labels");
        if (!labels.isEmpty()
                && controller.get("spec") instanceof ObjectNode spec
                && spec.path("selector").isEmpty()) {
            spec.set("selector", labels.deepCopy());
        }
        labelsOfTemplate(controller);
    }

    private static void container(ObjectNode container) {
        if (text(container, "imagePullPolicy").isEmpty()) {
            container.put("imagePullPolicy", pullPolicy(text(container, "image")));
        }
    }

    private static void endpoints(ObjectNode endpoints) {
        for (JsonNode subset : endpoints.path("subsets")) {
            setInEach(subset.path("ports"), "protocol", "TCP");
        }
    }

    static void setInEach(JsonNode objects, String field, String value) {
        for (JsonNode each : objects) {
            if (each instanceof ObjectNode object && text(object, field).isEmpty()) {
                object.put(field, value);
            }
        }
    }

    private static void limitRangeItem(ObjectNode item) {
        if (!text(item, "type").equals("Container")) {
            return;
        }
        copyMissing(item, "max", "default");
        copyMissing(item, "default", "defaultRequest");
        copyMissing(item, "min", "defaultRequest");
    }

    private static void copyMissing(ObjectNode item, String from, String to) {
        for (Map.Entry<String, JsonNode> entry : item.path(from).properties()) {
            ObjectNode target = item.get(to) instanceof ObjectNode node ? node : item.putObject(to);
            if (!target.has(entry.getKey())) {
                target.set(entry.getKey(), entry.getValue());
            }
        }
    }

    private static void namespace(ObjectNode namespace) {
        if (namespace.get("metadata") instanceof ObjectNode metadata
                && !text(metadata, "name").isEmpty()) {
            ObjectNode labels = metadata.get("labels") instanceof ObjectNode node ? node : metadata.putObject("labels");
            labels.put("kubernetes.io/metadata.name", text(metadata, "name"));
        }
    }

    private static void volume(ObjectNode volume) {
        boolean hasSource = false;
        for (Map.Entry<String, JsonNode> entry : volume.properties()) {
            hasSource |= !entry.getKey().equals("name") && !entry.getValue().isNull();
        }
        if (!hasSource) {
            volume.putObject("emptyDir");
        } else if (volume.get("image") instanceof ObjectNode image
                && text(image, "pullPolicy").isEmpty()) {
            image.put("pullPolicy", pullPolicy(text(image, "reference")));
        }
    }

    private static void device(ObjectNode device) {
        for (JsonNode each : device.path("nodeAllocatableResourceMappings")) {
            if (each instanceof ObjectNode mapping && unset(mapping, "allocationMultiplier")) {
                mapping.put("allocationMultiplier", "1");
            }
        }
    }

    private void deviceTaint(ObjectNode taint) {
        if (unset(taint, "timeAdded")) {
            taint.put("timeAdded", Times.format(clock.instant()));
        }
    }

    /** Images without tag and digest, or tagged latest, are always pulled. */
    static String pullPolicy(String image) {
        int digest = image.indexOf('@');
        String name = digest < 0 ? image : image.substring(0, digest);
        int colon = name.lastIndexOf(':');
        boolean tagged = colon > name.lastIndexOf('/');
        boolean latest = tagged ? name.substring(colon + 1).equals("latest") : digest < 0 && !name.isEmpty();
        return latest ? "Always" : "IfNotPresent";
    }
}
