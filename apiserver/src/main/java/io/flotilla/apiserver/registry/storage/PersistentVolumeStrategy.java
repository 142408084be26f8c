package io.flotilla.apiserver.registry.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Paths;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;
import java.util.Set;

/** Persistent volumes. */
public final class PersistentVolumeStrategy extends KindStrategy {
    private static final List<String> SOURCES = List.of(
            "hostPath",
            "gcePersistentDisk",
            "awsElasticBlockStore",
            "glusterfs",
            "flocker",
            "nfs",
            "rbd",
            "quobyte",
            "cephfs",
            "iscsi",
            "cinder",
            "fc",
            "flexVolume",
            "azureFile",
            "vsphereVolume",
            "photonPersistentDisk",
            "portworxVolume",
            "azureDisk",
            "scaleIO",
            "local",
            "storageos",
            "csi");

    public PersistentVolumeStrategy() {
        super(Names::subdomain, Shape.STATUS);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        object.putObject("status").put("phase", "Pending");
    }

    @Override
    protected void check(WriteContext context, Field volume, Findings findings) {
        Field spec = volume.at("spec");
        if (spec.at("accessModes").isEmpty()) {
            findings.required(spec.at("accessModes"));
        }
        ClaimSpecs.checkAccessModes(spec.at("accessModes"), findings);
        Field capacity = spec.at("capacity");
        if (capacity.isEmpty()) {
            findings.required(capacity);
        }
        if (!capacity.has("storage") || capacity.size() > 1) {
            findings.notSupported(capacity, capacity.isSet() ? capacity.value() : "", List.of("storage"));
        }
        for (Field amount : capacity.entries()) {
            if (amount.quantity().signum() <= 0) {
                findings.invalid(amount, amount.quantity().toString(), "must be greater than zero");
            }
        }
        if (!spec.text("persistentVolumeReclaimPolicy").isEmpty()) {
            findings.oneOf(spec.at("persistentVolumeReclaimPolicy"), Set.of("Delete", "Recycle", "Retain"));
        }
        checkSource(spec, volume.at("metadata").text("name"), findings);
        if (!spec.text("storageClassName").isEmpty()) {
            findings.invalid(spec.at("storageClassName"), Names.subdomain(spec.text("storageClassName")));
        }
        if (spec.has("volumeMode")) {
            findings.oneOf(spec.at("volumeMode"), ClaimSpecs.VOLUME_MODES);
        }
    }

    private static void checkSource(Field spec, String name, Findings findings) {
        boolean found = false;
        for (String source : SOURCES) {
            if (!spec.has(source)) {
                continue;
            }
            Field field = spec.at(source);
            if (found) {
                findings.forbidden(field, "may not specify more than 1 volume type");
            } else if (source.equals("local")) {
                checkLocal(spec, field, findings);
            } else if (source.equals("csi")) {
                checkCsi(field, findings);
            } else {
                VolumeSources.check(source, field, name, true, findings);
            }
            found = true;
        }
        if (!found) {
            findings.required(spec, "must specify a volume type");
        }
    }

    static void checkCsi(Field csi, Findings findings) {
        VolumeSources.checkDriverName(csi.at("driver"), findings);
        VolumeSources.required(csi, findings, "volumeHandle");
    }

    private static void checkLocal(Field spec, Field local, Findings findings) {
        VolumeSources.required(local, findings, "path");
        Paths.noBacksteps(local.at("path"), local.text("path"), findings);
        if (!spec.has("nodeAffinity")) {
            findings.required(spec.at("nodeAffinity"), "Local volume requires node affinity");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field volume, Field old, Findings findings) {
        check(context, volume, findings);
        for (String source : SOURCES) {
            if (!Trees.same(
                    volume.at("spec", source).value(), old.at("spec", source).value())) {
                findings.forbidden(
                        volume.at("spec", "persistentvolumesource"),
                        "spec.persistentvolumesource is immutable after creation");
                break;
            }
        }
        findings.immutable(volume.at("spec", "volumeMode").as("volumeMode"), old.at("spec", "volumeMode"));
    }
}
