package io.flotilla.apiserver.registry.storage;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Paths;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules of those sources of volumes that pods and persistent volumes have in common. */
public final class VolumeSources {
    private static final Pattern IQN = Pattern.compile("iqn\\.\\d{4}-\\d{2}\\.([A-Za-z0-9.-]+)(:[^,;*&$|\\s]+)$");
    private static final Pattern EUI = Pattern.compile("^eui.[A-Za-z0-9]{16}$");
    private static final Pattern NAA = Pattern.compile("^naa.[A-Za-z0-9]{32}$");
    private static final Set<String> HOST_PATH_TYPES =
            Set.of("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice");

    private VolumeSources() {}

    /**
     * Checks a source by its name.
     *
     * @param volumeName name of the volume that has the source
     * @param persistent whether a persistent volume has it, whose secrets name their namespace
     * @return false where the source is none of those in common
     */
    public static boolean check(String name, Field source, String volumeName, boolean persistent, Findings findings) {
        switch (name) {
            case "hostPath" -> checkHostPath(source, findings);
            case "gcePersistentDisk" -> checkDisk(source, "pdName", findings);
            case "awsElasticBlockStore" -> checkDisk(source, "volumeID", findings);
            case "nfs" -> {
                required(source, findings, "server", "path");
                if (!source.text("path").startsWith("/")) {
                    findings.invalid(source.at("path"), source.text("path"), "must be an absolute path");
                }
            }
            case "iscsi" -> checkIscsi(source, volumeName, findings);
            case "glusterfs" -> required(source, findings, "endpoints", "path");
            case "flocker" -> checkFlocker(source, findings);
            case "rbd" -> required(source, findings, "monitors", "image");
            case "cephfs" -> required(source, findings, "monitors");
            case "cinder" -> {
                required(source, findings, "volumeID");
                checkSecret(source.at("secretRef"), persistent, findings);
            }
            case "quobyte" -> checkQuobyte(source, findings);
            case "fc" -> checkFibreChannel(source, findings);
            case "flexVolume" -> checkFlex(source, findings);
            case "azureFile" -> {
                required(source, findings, "secretName", "shareName");
                if (persistent && source.has("secretNamespace")) {
                    required(source, findings, "secretNamespace");
                }
            }
            case "vsphereVolume" -> required(source, findings, "volumePath");
            case "photonPersistentDisk" -> required(source, findings, "pdID");
            case "portworxVolume" -> required(source, findings, "volumeID");
            case "azureDisk" -> checkAzureDisk(source, findings);
            case "scaleIO" -> required(source, findings, "gateway", "system", "volumeName");
            case "storageos" -> checkStorageOs(source, persistent, findings);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Refuses what is empty among the fields. */
    public static void required(Field source, Findings findings, String... names) {
        for (String name : names) {
            if (source.at(name).isEmpty()) {
                findings.required(source.at(name));
            }
        }
    }

    private static void checkHostPath(Field source, Findings findings) {
        Field path = source.at("path");
        if (path.isEmpty()) {
            findings.required(path);
            return;
        }
        Paths.noBacksteps(path, path.text(), findings);
        findings.oneOf(source.at("type"), HOST_PATH_TYPES);
    }

    private static void checkDisk(Field source, String id, Findings findings) {
        required(source, findings, id);
        long partition = source.number("partition");
        if (partition < 0 || partition > 255) {
            findings.invalid(source.at("partition"), Findings.rangeMessage(1, 255));
        }
    }

    private static void checkIscsi(Field source, String volumeName, Findings findings) {
        required(source, findings, "targetPortal");
        if (source.has("initiatorName") && (volumeName + ":" + source.text("targetPortal")).length() > 64) {
            findings.invalid(
                    source.at("targetportal"),
                    source.text("targetPortal"),
                    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if"
                            + " iscsi.initiatorName is specified.");
        }
        if (source.text("iqn").isEmpty()) {
            findings.required(source.at("iqn"));
        } else {
            checkInitiator(source.at("iqn"), source.text("iqn"), findings);
        }
        if (source.number("lun") < 0 || source.number("lun") > 255) {
            findings.invalid(source.at("lun"), Findings.rangeMessage(0, 255));
        }
        if ((source.flag("chapAuthDiscovery") || source.flag("chapAuthSession")) && !source.has("secretRef")) {
            findings.required(source.at("secretRef"));
        }
        if (source.has("initiatorName")) {
            checkInitiator(source.at("initiatorname"), source.text("initiatorName"), findings);
        }
    }

    private static void checkInitiator(Field field, String name, Findings findings) {
        Pattern pattern =
                name.startsWith("iqn") ? IQN : name.startsWith("eui") ? EUI : name.startsWith("naa") ? NAA : null;
        if (pattern == null) {
            findings.invalid(field, name, "must be valid format starting with iqn, eui, or naa");
        } else if (!pattern.matcher(name).find()) {
            findings.invalid(field, name, "must be valid format");
        }
    }

    private static void checkFlocker(Field source, Findings findings) {
        String dataset = source.text("datasetName");
        String uuid = source.text("datasetUUID");
        if (dataset.isEmpty() && uuid.isEmpty()) {
            findings.required(source, "one of datasetName and datasetUUID is required");
        }
        if (!dataset.isEmpty() && !uuid.isEmpty()) {
            findings.invalid(source, "resource", "datasetName and datasetUUID can not be specified simultaneously");
        }
        if (dataset.contains("/")) {
            findings.invalid(source.at("datasetName"), "must not contain '/'");
        }
    }

    private static void checkQuobyte(Field source, Findings findings) {
        String registry = source.text("registry");
        String words = "must be a host:port pair or multiple pairs separated by commas";
        if (registry.isEmpty()) {
            findings.required(source.at("registry"), words);
        } else if (source.text("tenant").length() >= 65) {
            findings.required(source.at("tenant"), "must be a UUID and may not exceed a length of 64 characters");
        } else {
            for (String pair : registry.split(",", -1)) {
                if (pair.indexOf(':') < 0) {
                    findings.invalid(source.at("registry"), registry, words);
                }
            }
        }
        required(source, findings, "volume");
    }

    private static void checkFibreChannel(Field source, Findings findings) {
        Field names = source.at("targetWWNs");
        if (names.isEmpty() && source.at("wwids").isEmpty()) {
            findings.required(names, "must specify either targetWWNs or wwids, but not both");
        }
        if (!names.isEmpty() && !source.at("wwids").isEmpty()) {
            findings.invalid(names, "targetWWNs and wwids can not be specified simultaneously");
        }
        if (!names.isEmpty()) {
            Field lun = source.at("lun");
            if (!lun.isSet()) {
                findings.required(lun, "lun is required if targetWWNs is specified");
            } else {
                findings.inRange(lun, 0, 255);
            }
        }
    }

    private static void checkFlex(Field source, Findings findings) {
        required(source, findings, "driver");
        for (Field option : source.at("options").entries()) {
            int slash = option.name().indexOf('/');
            String namespace = slash < 0 ? option.name() : option.name().substring(0, slash);
            String dotted = "." + namespace.toLowerCase(Locale.ROOT);
            if (dotted.endsWith(".kubernetes.io") || dotted.endsWith(".k8s.io")) {
                findings.invalid(option, option.name(), "kubernetes.io and k8s.io namespaces are reserved");
            }
        }
    }

    private static void checkAzureDisk(Field source, Findings findings) {
        required(source, findings, "diskName", "diskURI");
        if (source.has("cachingMode")) {
            findings.oneOf(source.at("cachingMode"), Set.of("None", "ReadOnly", "ReadWrite"));
        }
        if (source.has("kind")) {
            findings.oneOf(source.at("kind"), Set.of("Shared", "Dedicated", "Managed"));
            boolean managed = source.at("kind").is("Managed");
            if (!source.text("diskURI").startsWith(managed ? "/subscriptions/" : "https://")) {
                findings.notSupported(
                        source.at("diskURI"),
                        List.of(
                                managed
                                        ? "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
                                        : "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"));
            }
        }
    }

    private static void checkStorageOs(Field source, boolean persistent, Findings findings) {
        Field name = source.at("volumeName");
        if (name.isEmpty()) {
            findings.required(name);
        } else {
            findings.invalid(name, Names.label(name.text()));
        }
        Field namespace = source.at("volumeNamespace");
        if (!namespace.isEmpty()) {
            findings.invalid(namespace, Names.label(namespace.text()));
        }
        checkSecret(source.at("secretRef"), persistent, findings);
    }

    private static void checkSecret(Field secret, boolean persistent, Findings findings) {
        if (secret.isSet()) {
            required(secret, findings, "name");
            if (persistent) {
                required(secret, findings, "namespace");
            }
        }
    }

    /** The name of a CSI driver. */
    public static void checkDriverName(Field field, Findings findings) {
        String name = field.text();
        if (name.isEmpty()) {
            findings.required(field);
        }
        if (name.length() > 63) {
            findings.tooLong(field, 63);
        }
        findings.invalid(field, name, Names.subdomain(name.toLowerCase(Locale.ROOT)));
    }
}
