package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.machinery.object.Quantity;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The rules of a container's environment, and of the fields that the downward API offers there and in volumes. */
final class EnvironmentRules {
    private static final Set<String> ENV_FIELDS = new TreeSet<>(List.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs"));
    static final Set<String> VOLUME_FIELDS = new TreeSet<>(
            List.of("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"));
    private static final Set<String> KNOWN_FIELDS = Set.of(
            "metadata.annotations",
            "metadata.labels",
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.serviceAccountName",
            "spec.schedulerName",
            "status.phase",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs");
    private static final Set<String> RESOURCES = new TreeSet<>(List.of(
            "limits.cpu",
            "limits.ephemeral-storage",
            "limits.memory",
            "requests.cpu",
            "requests.ephemeral-storage",
            "requests.memory"));
    private static final Set<String> SIZES =
            Set.of("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei");

    private EnvironmentRules() {}

    static void checkVariables(Field env, Findings findings) {
        for (Field variable : env.items()) {
            Field name = variable.at("name");
            if (name.isEmpty()) {
                findings.required(name);
            } else {
                findings.invalid(name, Names.environmentVariable(name.text()));
            }
            checkValueFrom(variable, variable.at("valueFrom"), findings);
        }
    }

    private static void checkValueFrom(Field variable, Field from, Findings findings) {
        if (!from.isSet()) {
            return;
        }
        int sources = 0;
        if (from.has("fieldRef")) {
            sources++;
            checkFieldRef(from.at("fieldRef"), ENV_FIELDS, findings);
        }
        if (from.has("resourceFieldRef")) {
            sources++;
            checkResourceFieldRef(from.at("resourceFieldRef"), false, findings);
        }
        for (String source : List.of("configMapKeyRef", "secretKeyRef", "fileKeyRef")) {
            if (from.has(source)) {
                sources++;
                checkKeyRef(from.at(source), source, findings);
            }
        }
        if (sources == 0) {
            findings.invalid(
                    from,
                    "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
        } else if (!variable.text("value").isEmpty()) {
            findings.invalid(from, "", "may not be specified when `value` is not empty");
        } else if (sources > 1) {
            findings.invalid(from, "", "may not have more than one field specified at a time");
        }
    }

    private static void checkKeyRef(Field reference, String source, Findings findings) {
        if (source.equals("fileKeyRef")) {
            for (String name : List.of("key", "volumeName", "path")) {
                if (reference.text(name).isEmpty()) {
                    findings.required(reference.at(name));
                }
            }
            return;
        }
        findings.invalid(reference.at("name"), reference.text("name"), Names.subdomain(reference.text("name")));
        Field key = reference.at("key");
        if (key.isEmpty()) {
            findings.required(key);
        } else {
            findings.invalid(key, Names.configKey(key.text()));
        }
    }

    static void checkSources(Field envFrom, Findings findings) {
        for (Field from : envFrom.items()) {
            Field prefix = from.at("prefix");
            if (!prefix.isEmpty()) {
                findings.invalid(prefix, Names.environmentVariable(prefix.text()));
            }
            int sources = 0;
            for (String source : List.of("configMapRef", "secretRef")) {
                if (from.has(source)) {
                    sources++;
                    Field name = from.at(source, "name");
                    if (name.isEmpty()) {
                        findings.required(name);
                    } else {
                        findings.invalid(name, Names.subdomain(name.text()));
                    }
                }
            }
            if (sources == 0) {
                findings.invalid(envFrom, "", "must specify one of: `configMapRef` or `secretRef`");
            } else if (sources > 1) {
                findings.invalid(envFrom, "", "may not have more than one field specified at a time");
            }
        }
    }

    static void checkFieldRef(Field reference, Collection<String> supported, Findings findings) {
        for (String name : List.of("apiVersion", "fieldPath")) {
            if (reference.text(name).isEmpty()) {
                findings.required(reference.at(name));
                return;
            }
        }
        Field field = reference.at("fieldPath");
        String path = field.text();
        if (!reference.at("apiVersion").is("v1")) {
            findings.invalid(
                    field,
                    "error converting fieldPath: pod field selector version " + reference.text("apiVersion")
                            + " is not supported");
            return;
        }
        int bracket = path.endsWith("']") ? path.indexOf("['") : -1;
        String whole = bracket < 0 ? path : path.substring(0, bracket);
        if (bracket >= 0) {
            String key = path.substring(bracket + 2, path.length() - 2);
            switch (whole) {
                case "metadata.annotations" ->
                    findings.invalid(
                            reference, key.toLowerCase(Locale.ROOT), Names.qualified(key.toLowerCase(Locale.ROOT)));
                case "metadata.labels" -> findings.invalid(reference, key, Names.qualified(key));
                default ->
                    findings.invalid(field, "error converting fieldPath: field label does not support subscript");
            }
        } else if (!KNOWN_FIELDS.contains(path)) {
            findings.invalid(field, "error converting fieldPath: field label not supported: " + path);
        } else if (!supported.contains(path)) {
            findings.notSupported(field, supported);
        }
    }

    static void checkResourceFieldRef(Field reference, boolean inVolume, Findings findings) {
        Field resource = reference.at("resource");
        String name = resource.text();
        boolean hugePages = name.startsWith("limits.hugepages-") || name.startsWith("requests.hugepages-");
        if (inVolume && reference.text("containerName").isEmpty()) {
            findings.required(reference.at("containerName"));
        } else if (name.isEmpty()) {
            findings.required(resource);
        } else if (!RESOURCES.contains(name) && !hugePages) {
            findings.notSupported(resource, RESOURCES);
        }
        Field divisor = reference.at("divisor");
        Quantity unit = divisor.quantity();
        if (unit.isZero()) {
            return;
        }
        String what = name.endsWith("cpu")
                ? "cpu"
                : name.endsWith("memory")
                        ? "memory"
                        : name.endsWith("storage") ? "local ephemeral storage" : hugePages ? "hugepages" : "";
        if (what.equals("cpu")) {
            if (!unit.toString().equals("1") && !unit.toString().equals("1m")) {
                findings.invalid(divisor, name, "only divisor's values 1m and 1 are supported with the cpu resource");
            }
        } else if (!what.isEmpty() && !SIZES.contains(unit.toString())) {
            findings.invalid(
                    divisor,
                    name,
                    "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with"
                            + " the " + what + " resource");
        }
    }
}
