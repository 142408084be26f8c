package io.flotilla.apiserver.registry.storage;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Metadata;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.ResourceNames;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The rules of what a claim asks for: of claims themselves and of the templates that make them. */
public final class ClaimSpecs {
    static final Set<String> ACCESS_MODES =
            new TreeSet<>(List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"));
    static final Set<String> VOLUME_MODES = Set.of("Block", "Filesystem");

    private ClaimSpecs() {}

    public static void checkTemplate(Field template, Findings findings) {
        Field metadata = template.at("metadata");
        Metadata.annotations(metadata.at("annotations"), findings);
        Metadata.labels(metadata.at("labels"), findings);
        if (metadata.value().isObject()) {
            metadata.value().propertyStream().forEach(entry -> {
                String name = entry.getKey();
                boolean allowed =
                        name.equals("annotations") || name.equals("labels") || name.equals("creationTimestamp");
                if (!allowed && !metadata.at(name).isEmpty()) {
                    findings.forbidden(metadata.at(name), "cannot be set");
                }
            });
        }
        check(template.at("spec"), findings);
    }

    public static void check(Field spec, Findings findings) {
        Field modes = spec.at("accessModes");
        if (modes.isEmpty()) {
            findings.required(modes, "at least 1 access mode is required");
        }
        Selectors.check(spec.at("selector"), findings);
        checkAccessModes(modes, findings);
        Field storage = spec.at("resources", "requests").key("storage");
        Field told = storage.as(spec.at("resources").path() + "[storage]");
        if (!storage.isSet()) {
            findings.required(told);
        } else if (storage.quantity().signum() <= 0) {
            findings.invalid(told, storage.quantity().toString(), "must be greater than zero");
        } else {
            ResourceNames.checkAmount(told, "storage", findings);
        }
        for (String className : List.of("storageClassName", "volumeAttributesClassName")) {
            Field field = spec.at(className);
            if (!field.isEmpty()) {
                findings.invalid(field, Names.subdomain(field.text()));
            }
        }
        if (spec.has("volumeMode")) {
            findings.oneOf(spec.at("volumeMode"), VOLUME_MODES);
        }
        checkSources(spec, findings);
    }

    static void checkAccessModes(Field modes, Findings findings) {
        boolean onePod = false;
        boolean others = false;
        for (String mode : modes.texts()) {
            if (!ACCESS_MODES.contains(mode)) {
                findings.notSupported(modes, mode, ACCESS_MODES);
            } else if (mode.equals("ReadWriteOncePod")) {
                onePod = true;
            } else {
                others = true;
            }
        }
        if (onePod && others) {
            findings.forbidden(modes, "may not use ReadWriteOncePod with other access modes");
        }
    }

    private static void checkSources(Field spec, Findings findings) {
        Field source = spec.at("dataSource");
        Field reference = spec.at("dataSourceRef");
        checkSource(source, findings);
        checkSource(reference, findings);
        Field namespace = reference.at("namespace");
        if (!namespace.isEmpty()) {
            findings.invalid(namespace, Names.label(namespace.text()));
            if (source.isSet()) {
                findings.invalid(spec, source.path(), "may not be specified when dataSourceRef.namespace is specified");
            }
        } else if (source.isSet() && reference.isSet()) {
            boolean same = List.of("apiGroup", "kind", "name").stream()
                    .allMatch(name -> source.text(name).equals(reference.text(name)));
            if (!same) {
                findings.invalid(spec, source.path(), "must match dataSourceRef");
            }
        }
    }

    private static void checkSource(Field source, Findings findings) {
        if (!source.isSet()) {
            return;
        }
        VolumeSources.required(source, findings, "name", "kind");
        String group = source.text("apiGroup");
        if (group.isEmpty() && !source.at("kind").is("PersistentVolumeClaim")) {
            findings.invalid(
                    source,
                    source.text("kind"),
                    "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        }
        if (!group.isEmpty()) {
            findings.invalid(source.at("apiGroup"), Names.subdomain(group));
        }
    }
}
