package io.flotilla.apiserver.registry.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The rules of metadata, which all kinds share. */
public final class Metadata {
    static final int ANNOTATIONS_LIMIT = 256 * 1024;

    private Metadata() {}

    /** Checks metadata of an object to be stored, after its name was generated. */
    public static void check(Field metadata, boolean namespaced, Names.Rule names, Findings findings) {
        Field generateName = metadata.at("generateName");
        if (!generateName.isEmpty()) {
            findings.invalid(generateName, names.checkPrefix(generateName.text()));
        }
        Field name = metadata.at("name");
        if (name.isEmpty()) {
            findings.required(name, "name or generateName is required");
        } else {
            findings.invalid(name, names.check(name.text()));
        }
        Field namespace = metadata.at("namespace");
        if (!namespaced) {
            if (!namespace.isEmpty()) {
                findings.forbidden(namespace, "not allowed on this type");
            }
        } else if (namespace.isEmpty()) {
            findings.required(namespace);
        } else {
            findings.invalid(namespace, Names.label(namespace.text()));
        }
        findings.nonNegative(metadata.at("generation"));
        labels(metadata.at("labels"), findings);
        annotations(metadata.at("annotations"), findings);
        ownerReferences(metadata.at("ownerReferences"), findings);
        finalizers(metadata.at("finalizers"), findings);
    }

    /** Checks what an update does to metadata. */
    public static void checkUpdate(Field metadata, Field old, Findings findings) {
        if (old.has("deletionTimestamp")) {
            TreeSet<String> added = new TreeSet<>(metadata.at("finalizers").texts());
            old.at("finalizers").texts().forEach(added::remove);
            if (!added.isEmpty()) {
                findings.forbidden(
                        metadata.at("finalizers"),
                        "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                                + added.stream().map(each -> '"' + each + '"').collect(Collectors.joining(", "))
                                + "}");
            }
        }
        if (metadata.text("resourceVersion").isEmpty()) {
            findings.invalid(metadata.at("resourceVersion"), "", "must be specified for an update");
        }
        if (metadata.number("generation") < old.number("generation")) {
            findings.invalid(metadata.at("generation"), metadata.number("generation"), "must not be decremented");
        }
        for (String name : List.of("name", "namespace", "uid")) {
            if (!metadata.text(name).equals(old.text(name))) {
                findings.invalid(metadata.at(name), metadata.text(name), Findings.IMMUTABLE);
            }
        }
        for (String name : List.of("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")) {
            findings.immutable(metadata.at(name), old.at(name));
        }
        labels(metadata.at("labels"), findings);
        annotations(metadata.at("annotations"), findings);
        ownerReferences(metadata.at("ownerReferences"), findings);
    }

    public static void labels(Field labels, Findings findings) {
        if (labels.isEmpty()) {
            return;
        }
        for (Map.Entry<String, JsonNode> label : labels.value().properties()) {
            findings.invalid(labels, label.getKey(), Names.qualified(label.getKey()));
            String value = label.getValue().asText();
            findings.invalid(labels, value, Names.labelValue(value));
        }
    }

    public static void annotations(Field annotations, Findings findings) {
        if (annotations.isEmpty()) {
            return;
        }
        long size = 0;
        for (Map.Entry<String, JsonNode> annotation : annotations.value().properties()) {
            String key = annotation.getKey();
            findings.invalid(annotations, key, Names.qualified(key.toLowerCase(Locale.ROOT)));
            size += key.length() + bytes(annotation.getValue().asText());
        }
        if (size > ANNOTATIONS_LIMIT) {
            findings.tooLong(annotations, ANNOTATIONS_LIMIT);
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void ownerReferences(Field references, Findings findings) {
        String controller = "";
        for (Field item : references.items()) {
            // Kubernetes tells these findings of the list, not of its element.
            Field reference = item.as(references.path());
            String apiVersion = reference.text("apiVersion");
            String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
            if (version.isEmpty()) {
                findings.invalid(reference.at("apiVersion"), apiVersion, "version must not be empty");
            }
            for (String name : List.of("kind", "name", "uid")) {
                if (reference.text(name).isEmpty()) {
                    findings.invalid(reference.at(name), "", "must not be empty");
                }
            }
            if (apiVersion.equals("v1") && reference.at("kind").is("Event")) {
                findings.invalid(reference, "/v1, Kind=Event is disallowed from being an owner");
            }
            if (reference.flag("controller")) {
                String current = reference.text("kind") + "/" + reference.text("name");
                if (controller.isEmpty()) {
                    controller = current;
                } else {
                    findings.invalid(
                            references,
                            "Only one reference can have Controller set to true. Found \"true\" in references for "
                                    + controller + " and " + current);
                }
            }
        }
    }

    private static void finalizers(Field finalizers, Findings findings) {
        List<String> names = new ArrayList<>();
        for (String finalizer : finalizers.texts()) {
            findings.invalid(finalizers, finalizer, Names.qualified(finalizer));
            names.add(finalizer);
        }
        if (names.contains("orphan") && names.contains("foregroundDeletion")) {
            findings.invalid(finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
        }
    }
}
