package io.flotilla.apiserver.table;

import static io.flotilla.apiserver.table.Cells.UNSET;
import static io.flotilla.apiserver.table.Cells.name;
import static io.flotilla.apiserver.table.Cells.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Volumes, claims and their classes. */
final class StorageCells {
    private StorageCells() {}

    static List<Object> persistentVolume(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        JsonNode claim = spec.path("claimRef");
        return List.of(
                name(object),
                text(spec.path("capacity"), "storage"),
                accessModes(spec.path("accessModes")),
                text(spec, "persistentVolumeReclaimPolicy"),
                Cells.deleting(object) ? "Terminating" : text(object.path("status"), "phase"),
                claim.isObject() ? text(claim, "namespace") + "/" + text(claim, "name") : "",
                storageClass(object),
                text(spec, "volumeAttributesClassName", UNSET),
                text(object.path("status"), "reason"),
                ages.age(object),
                text(spec, "volumeMode", UNSET));
    }

    static List<Object> persistentVolumeClaim(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        JsonNode status = object.path("status");
        boolean bound = !text(spec, "volumeName").isEmpty();
        return List.of(
                name(object),
                Cells.deleting(object) ? "Terminating" : text(status, "phase"),
                text(spec, "volumeName"),
                bound ? text(status.path("capacity"), "storage") : "",
                bound ? accessModes(status.path("accessModes")) : "",
                storageClass(object),
                text(spec, "volumeAttributesClassName", UNSET),
                ages.age(object),
                text(spec, "volumeMode", UNSET));
    }

    private static String storageClass(JsonNode object) {
        String beta = text(object.path("metadata").path("annotations"), "volume.beta.kubernetes.io/storage-class");
        return beta.isEmpty() ? text(object.path("spec"), "storageClassName") : beta;
    }

    private static String accessModes(JsonNode modes) {
        List<String> all = Cells.texts(modes, "");
        List<String> shorts = new ArrayList<>();
        List<String> order =
                List.of("ReadWriteOnce:RWO", "ReadOnlyMany:ROX", "ReadWriteMany:RWX", "ReadWriteOncePod:RWOP");
        for (String each : order) {
            int colon = each.indexOf(':');
            if (all.contains(each.substring(0, colon))) {
                shorts.add(each.substring(colon + 1));
            }
        }
        return String.join(",", shorts);
    }

    static List<Object> storageClass(JsonNode object, Ages ages) {
        JsonNode annotations = object.path("metadata").path("annotations");
        boolean isDefault =
                text(annotations, "storageclass.kubernetes.io/is-default-class").equals("true")
                        || text(annotations, "storageclass.beta.kubernetes.io/is-default-class")
                                .equals("true");
        return List.of(
                name(object) + (isDefault ? " (default)" : ""),
                text(object, "provisioner"),
                text(object, "reclaimPolicy", "Delete"),
                text(object, "volumeBindingMode", "Immediate"),
                object.path("allowVolumeExpansion").asBoolean(),
                ages.age(object));
    }

    static List<Object> volumeAttachment(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        return List.of(
                name(object),
                text(spec, "attacher"),
                text(spec.path("source"), "persistentVolumeName"),
                text(spec, "nodeName"),
                object.path("status").path("attached").asBoolean(),
                ages.age(object));
    }

    static List<Object> csiDriver(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        List<String> audiences = Cells.texts(spec.path("tokenRequests"), "audience");
        return List.of(
                name(object),
                !spec.has("attachRequired") || spec.path("attachRequired").asBoolean(),
                spec.path("podInfoOnMount").asBoolean(),
                spec.path("storageCapacity").asBoolean(),
                audiences.isEmpty() ? UNSET : String.join(",", audiences),
                spec.path("requiresRepublish").asBoolean(),
                Cells.joined(spec.path("volumeLifecycleModes"), ""),
                ages.age(object));
    }

    static List<Object> csiNode(JsonNode object, Ages ages) {
        return List.of(name(object), (long) object.path("spec").path("drivers").size(), ages.age(object));
    }

    static List<Object> volumeAttributesClass(JsonNode object, Ages ages) {
        return List.of(name(object), text(object, "driverName"), ages.age(object));
    }
}
