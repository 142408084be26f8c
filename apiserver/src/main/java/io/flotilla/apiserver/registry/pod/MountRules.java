package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Paths;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The rules of what a container mounts, as files or as block devices. */
final class MountRules {
    private MountRules() {}

    static void check(Field container, Map<String, Field> volumes, Findings findings) {
        Field mounts = container.at("volumeMounts");
        Field devices = container.at("volumeDevices");
        Set<String> paths = new HashSet<>();
        for (Field mount : mounts.items()) {
            checkMount(mount, mounts, devices, container, volumes, paths, findings);
        }
        checkDevices(mounts, devices, volumes, findings);
    }

    private static void checkMount(
            Field mount,
            Field mounts,
            Field devices,
            Field container,
            Map<String, Field> volumes,
            Set<String> paths,
            Findings findings) {
        Field name = mount.at("name");
        Field path = mount.at("mountPath");
        if (name.isEmpty()) {
            findings.required(name);
        }
        Field volume = volumes.get(name.text());
        if (volume == null) {
            findings.notFound(name);
        }
        if (path.isEmpty()) {
            findings.required(path);
        }
        if (!paths.add(path.text())) {
            findings.invalid(path, "must be unique");
        }
        if (devices.any(device -> device.text("name").equals(name.text()))) {
            findings.invalid(name, "must not already exist in volumeDevices");
        }
        if (devices.any(device -> device.text("devicePath").equals(path.text()))) {
            findings.invalid(path, "must not already exist as a path in volumeDevices");
        }
        String subPath = mount.text("subPath");
        String expression = mount.text("subPathExpr");
        if (volume != null && volume.has("image")) {
            if (!subPath.isEmpty()) {
                findings.invalid(mount.at("subPath"), "not allowed in image volume sources");
            }
            if (!expression.isEmpty()) {
                findings.invalid(mount.at("subPathExpr"), "not allowed in image volume sources");
            }
        }
        // Kubernetes tells these findings of the list of mounts, not of its element.
        Field told = mount.as(mounts.path());
        if (!subPath.isEmpty()) {
            Paths.descending(told.at("subPath"), subPath, findings);
        }
        if (!expression.isEmpty()) {
            if (!subPath.isEmpty()) {
                findings.invalid(mount.at("subPathExpr"), "subPathExpr and subPath are mutually exclusive");
            }
            Paths.descending(told.at("subPathExpr"), expression, findings);
        }
        Field propagation = told.at("mountPropagation");
        if (propagation.isSet()) {
            findings.oneOf(propagation, Set.of("Bidirectional", "HostToContainer", "None"));
            if (propagation.is("Bidirectional")
                    && !container.at("securityContext").flag("privileged")) {
                findings.forbidden(
                        propagation, "Bidirectional mount propagation is available only to privileged containers");
            }
        }
        checkRecursiveReadOnly(mount, told.at("recursiveReadOnly"), findings);
    }

    private static void checkRecursiveReadOnly(Field mount, Field told, Findings findings) {
        if (!told.isSet() || told.is("Disabled")) {
            return;
        }
        if (!told.is("Enabled") && !told.is("IfPossible")) {
            findings.oneOf(told, Set.of("Disabled", "Enabled", "IfPossible"));
            return;
        }
        if (!mount.flag("readOnly")) {
            findings.forbidden(told, "may only be specified when readOnly is true");
        }
        if (mount.has("mountPropagation") && !mount.at("mountPropagation").is("None")) {
            findings.forbidden(told, "may only be specified when mountPropagation is None or not specified");
        }
    }

    private static void checkDevices(Field mounts, Field devices, Map<String, Field> volumes, Findings findings) {
        Set<String> names = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (Field device : devices.items()) {
            Field name = device.at("name");
            Field path = device.at("devicePath");
            Field volume = volumes.get(name.text());
            if (name.isEmpty()) {
                findings.required(name);
            } else if (!names.add(name.text())) {
                findings.invalid(name, "must be unique");
            }
            if (volume == null) {
                findings.notFound(name);
            } else if (!volume.has("persistentVolumeClaim") && !volume.has("ephemeral")) {
                findings.invalid(
                        name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            }
            if (path.isEmpty()) {
                findings.required(path);
            }
            if (paths.contains(path.text())) {
                findings.invalid(path, "must be unique");
            }
            if (Paths.hasBacksteps(path.text())) {
                findings.invalid(path, "can not contain backsteps ('..')");
            } else {
                paths.add(path.text());
            }
            if (mounts.any(mount -> mount.text("name").equals(name.text()))) {
                findings.invalid(name, "must not already exist in volumeMounts");
            }
            if (mounts.any(mount -> mount.text("mountPath").equals(path.text()))) {
                findings.invalid(path, "must not already exist as a path in volumeMounts");
            }
        }
    }
}
