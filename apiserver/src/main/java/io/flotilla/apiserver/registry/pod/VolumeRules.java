package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.storage.ClaimSpecs;
import io.flotilla.apiserver.registry.storage.VolumeSources;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Paths;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of a pod's volumes. */
final class VolumeRules {
    private static final List<String> SOURCES = List.of(
            "emptyDir",
            "hostPath",
            "gitRepo",
            "gcePersistentDisk",
            "awsElasticBlockStore",
            "secret",
            "nfs",
            "iscsi",
            "glusterfs",
            "flocker",
            "persistentVolumeClaim",
            "rbd",
            "cinder",
            "cephfs",
            "quobyte",
            "downwardAPI",
            "fc",
            "flexVolume",
            "configMap",
            "azureFile",
            "vsphereVolume",
            "photonPersistentDisk",
            "portworxVolume",
            "azureDisk",
            "storageos",
            "projected",
            "scaleIO",
            "csi",
            "ephemeral",
            "image");
    private static final String DUPLICATE_PATHS = "conflicting duplicate paths";

    private VolumeRules() {}

    /**
     * Checks the volumes and returns the good ones by name: what mounts may refer to.
     *
     * @param podName name of the pod, empty in a template
     */
    static Map<String, Field> check(Field volumes, String podName, boolean ofPod, Findings findings) {
        Map<String, Field> good = new HashMap<>();
        for (Field volume : volumes.items()) {
            Findings own = new Findings();
            Field name = volume.at("name");
            checkSource(volume, podName, ofPod, own);
            if (name.isEmpty()) {
                own.required(name);
            } else {
                own.invalid(name, Names.label(name.text()));
            }
            if (good.containsKey(name.text())) {
                own.duplicate(name);
            }
            if (own.isEmpty()) {
                good.put(name.text(), volume);
            } else {
                findings.addAll(own);
            }
        }
        return good;
    }

    private static void checkSource(Field volume, String podName, boolean ofPod, Findings findings) {
        boolean found = false;
        for (String name : SOURCES) {
            if (!volume.has(name)) {
                continue;
            }
            Field source = volume.at(name);
            if (found) {
                findings.forbidden(source, "may not specify more than 1 volume type");
                continue;
            }
            found = true;
            if (!VolumeSources.check(name, source, volume.text("name"), false, findings)) {
                checkPodSource(name, source, volume, podName, ofPod, findings);
            }
        }
        if (!found) {
            findings.required(volume, "must specify a volume type");
        }
    }

    private static void checkPodSource(
            String name, Field source, Field volume, String podName, boolean ofPod, Findings findings) {
        switch (name) {
            case "emptyDir" -> {
                if (source.at("sizeLimit").quantity().signum() < 0) {
                    findings.forbidden(source.at("sizeLimit"), "SizeLimit field must be a valid resource quantity");
                }
            }
            case "gitRepo" -> {
                VolumeSources.required(source, findings, "repository");
                Paths.descending(source.at("directory"), source.text("directory"), findings);
            }
            case "secret" -> {
                VolumeSources.required(source, findings, "secretName");
                checkFiles(source, findings);
            }
            case "configMap" -> {
                VolumeSources.required(source, findings, "name");
                checkFiles(source, findings);
            }
            case "persistentVolumeClaim" -> VolumeSources.required(source, findings, "claimName");
            case "downwardAPI" -> {
                Paths.mode(source.at("defaultMode"), findings);
                for (Field file : source.at("items").items()) {
                    checkDownwardFile(file.as(source.path()), findings);
                }
            }
            case "projected" -> checkProjected(source, findings);
            case "csi" -> checkCsi(source, findings);
            case "ephemeral" -> checkEphemeral(source, volume, podName, findings);
            case "image" -> {
                if (ofPod) {
                    VolumeSources.required(source, findings, "reference");
                }
                ContainerRules.checkPullPolicy(source.at("pullPolicy"), findings);
            }
            default -> throw new IllegalStateException(name);
        }
    }

    private static void checkCsi(Field source, Findings findings) {
        VolumeSources.checkDriverName(source.at("driver"), findings);
        Field secret = source.at("nodePublishSecretRef");
        if (secret.isSet()) {
            if (secret.text("name").isEmpty()) {
                findings.required(secret.at("name"));
            } else {
                findings.invalid(source.at("name"), secret.text("name"), Names.subdomain(secret.text("name")));
            }
        }
    }

    private static void checkEphemeral(Field source, Field volume, String podName, Findings findings) {
        Field template = source.at("volumeClaimTemplate");
        if (!template.isSet()) {
            findings.required(template);
        } else {
            ClaimSpecs.checkTemplate(template, findings);
        }
        if (!podName.isEmpty()) {
            String claim = podName + "-" + volume.text("name");
            for (String message : Names.subdomain(claim)) {
                findings.invalid(volume.at("name"), "PVC name \"" + claim + "\": " + message);
            }
        }
    }

    private static void checkFiles(Field source, Findings findings) {
        Paths.mode(source.at("defaultMode"), findings);
        for (Field item : source.at("items").items()) {
            checkKeyToPath(item, findings);
        }
    }

    private static void checkKeyToPath(Field item, Findings findings) {
        VolumeSources.required(item, findings, "key", "path");
        Paths.descendingNotReserved(item.at("path"), item.text("path"), findings);
        Paths.mode(item.at("mode"), findings);
    }

    private static void checkDownwardFile(Field file, Findings findings) {
        VolumeSources.required(file, findings, "path");
        Paths.descendingNotReserved(file.at("path"), file.text("path"), findings);
        if (file.has("fieldRef")) {
            EnvironmentRules.checkFieldRef(file.at("fieldRef"), EnvironmentRules.VOLUME_FIELDS, findings);
            if (file.has("resourceFieldRef")) {
                findings.invalid(file, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
        } else if (file.has("resourceFieldRef")) {
            EnvironmentRules.checkResourceFieldRef(file.at("resourceFieldRef"), true, findings);
        } else {
            findings.required(file, "one of fieldRef and resourceFieldRef is required");
        }
        Paths.mode(file.at("mode"), findings);
    }

    private static void checkProjected(Field projected, Findings findings) {
        Paths.mode(projected.at("defaultMode"), findings);
        Set<String> paths = new HashSet<>();
        for (Field source : projected.at("sources").items()) {
            int types = 0;
            for (String type : List.of("secret", "configMap")) {
                Field files = source.at(type);
                if (!files.isSet()) {
                    continue;
                }
                types++;
                VolumeSources.required(files, findings, "name");
                for (Field item : files.at("items").items()) {
                    checkKeyToPath(item, findings);
                    if (!item.text("path").isEmpty() && !paths.add(item.text("path"))) {
                        findings.invalid(projected, files.text("name"), DUPLICATE_PATHS);
                    }
                }
            }
            if (source.has("downwardAPI")) {
                types++;
                for (Field file : source.at("downwardAPI", "items").items()) {
                    checkDownwardFile(file.as(source.at("downwardAPI").path()), findings);
                    if (!file.text("path").isEmpty() && !paths.add(file.text("path"))) {
                        findings.invalid(projected, file.text("path"), DUPLICATE_PATHS);
                    }
                }
            }
            if (source.has("serviceAccountToken")) {
                types++;
                checkToken(source.at("serviceAccountToken"), projected, findings);
            }
            if (source.has("clusterTrustBundle")) {
                types++;
                checkTrustBundle(source.at("clusterTrustBundle"), findings);
                if (!paths.add(source.at("clusterTrustBundle").text("path"))) {
                    findings.invalid(projected, source.at("clusterTrustBundle").text("path"), DUPLICATE_PATHS);
                }
            }
            if (types > 1) {
                findings.forbidden(source, "may not specify more than 1 volume type per source");
            }
        }
    }

    private static void checkToken(Field token, Field projected, Findings findings) {
        Field seconds = token.at("expirationSeconds");
        if (seconds.number() < 600) {
            findings.invalid(seconds, seconds.number(), "may not specify a duration less than 10 minutes");
        }
        if (seconds.number() > 1L << 32) {
            findings.invalid(seconds, seconds.number(), "may not specify a duration larger than 2^32 seconds");
        }
        if (token.text("path").isEmpty()) {
            findings.required(projected.at("path"));
        } else {
            Paths.descendingNotReserved(projected.at("path"), token.text("path"), findings);
        }
    }

    private static void checkTrustBundle(Field bundle, Findings findings) {
        boolean byName = bundle.has("name");
        boolean bySigner = bundle.has("signerName");
        if (byName && bySigner) {
            findings.invalid(bundle, "only one of name and signerName may be used");
        } else if (byName) {
            if (bundle.text("name").isEmpty()) {
                findings.required(bundle.at("name"), "must be a valid object name");
            }
            if (bundle.has("labelSelector")) {
                findings.invalid(bundle.at("labelSelector"), "labelSelector must be unset if name is specified");
            }
        } else if (bySigner) {
            if (bundle.text("signerName").isEmpty()) {
                findings.required(bundle.at("signerName"), "must be a valid signer name");
            }
            Selectors.check(bundle.at("labelSelector"), findings);
        } else {
            findings.required(bundle, "either name or signerName must be specified");
        }
        VolumeSources.required(bundle, findings, "path");
        Paths.descendingNotReserved(bundle.at("path"), bundle.text("path"), findings);
    }
}
