package io.flotilla.apiserver.admission;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Quantity;
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
    public boolean handlesUpdate(Field object, Field old) {
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
    public Map<String, Quantity> amounts(Field claim, Instant now) {
        Map<String, Quantity> amounts = new HashMap<>();
        Field annotated = claim.at("metadata", "annotations").key(CLASS_ANNOTATION);
        String storageClass =
                annotated.isSet() ? annotated.text() : claim.at("spec").text("storageClassName");
        amounts.put(COUNT, Quantity.of(1));
        put(amounts, storageClass, CLAIMS, Quantity.of(1));
        Field asked = claim.at("spec", "resources", "requests").key("storage");
        if (asked.isSet()) {
            Quantity allocated =
                    Quantity.read(claim.at("status", "allocatedResources").key("storage"));
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
    public boolean isIn(Scope scope, Field claim) {
        if (!scope.name().equals("VolumeAttributesClass")) {
            return false;
        }
        var classes = Stream.of(
                        claim.at("spec").text("volumeAttributesClassName"),
                        claim.at("status").text("currentVolumeAttributesClassName"),
                        claim.at("status", "modifyVolumeStatus").text("targetVolumeAttributesClassName"))
                .filter(name -> !name.isEmpty())
                .toList();
        return classes.isEmpty() ? scope.accepts("") : classes.stream().anyMatch(scope::accepts);
    }
}
