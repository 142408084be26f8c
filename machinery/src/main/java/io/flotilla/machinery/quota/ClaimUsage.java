package io.flotilla.machinery.quota;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.machinery.object.Quantity;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Claims of volumes and the storage that they ask for, in all and of each class. */
final class ClaimUsage implements QuotaUsage {
    private static final String COUNT = QuotaUsage.countOf("", "persistentvolumeclaims");
    private static final String CLAIMS = "persistentvolumeclaims";
    private static final String STORAGE = "requests.storage";
    private static final String OF_CLASS = ".storageclass.storage.k8s.io/";
    private static final String CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

    @Override
    public boolean handlesUpdate(JsonNode object, JsonNode old) {
        return true;
    }

    @Override
    public boolean measures(String entry) {
        return entry.equals(COUNT)
                || entry.equals(CLAIMS)
                || entry.equals(STORAGE)
                || entry.endsWith(OF_CLASS + CLAIMS)
                || entry.endsWith(OF_CLASS + STORAGE);
    }

    @Override
    public Map<String, Quantity> amounts(JsonNode claim, Instant now) {
        Map<String, Quantity> amounts = new HashMap<>();
        JsonNode spec = claim.path("spec");
        JsonNode annotated = claim.path("metadata").path("annotations").path(CLASS_ANNOTATION);
        String storageClass = annotated.isTextual()
                ? annotated.textValue()
                : spec.path("storageClassName").asText("");
        amounts.put(COUNT, Quantity.of(1));
        put(amounts, storageClass, CLAIMS, Quantity.of(1));
        JsonNode asked = spec.path("resources").path("requests").path("storage");
        if (!asked.isMissingNode()) {
            Quantity allocated = Quantity.read(
                    claim.path("status").path("allocatedResources").path("storage"));
            put(amounts, storageClass, STORAGE, Quantity.read(asked).max(allocated));
        }
        return amounts;
    }

    private static void put(Map<String, Quantity> amounts, String storageClass, String name, Quantity amount) {
        amounts.put(name, amount);
        if (!storageClass.isEmpty()) {
            amounts.put(storageClass + OF_CLASS + name, amount);
        }
    }

    /** A claim is in the scope of the attributes classes that it has, wants and is changed to. */
    @Override
    public boolean isIn(QuotaScope scope, JsonNode claim) {
        if (!scope.name().equals("VolumeAttributesClass")) {
            return false;
        }
        JsonNode status = claim.path("status");
        var classes = Stream.of(
                        claim.path("spec").path("volumeAttributesClassName"),
                        status.path("currentVolumeAttributesClassName"),
                        status.path("modifyVolumeStatus").path("targetVolumeAttributesClassName"))
                .map(JsonNode::asText)
                .filter(name -> !name.isEmpty())
                .toList();
        return classes.isEmpty() ? scope.accepts("") : classes.stream().anyMatch(scope::accepts);
    }
}
