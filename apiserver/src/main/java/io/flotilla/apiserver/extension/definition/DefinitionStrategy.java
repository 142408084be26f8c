package io.flotilla.apiserver.extension.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.schema.Times;
import io.flotilla.apiserver.webhook.ReviewVersions;
import java.util.ArrayList;
import java.util.List;

/** The rules of CustomResourceDefinition. */
public final class DefinitionStrategy extends KindStrategy {
    /** Holds a definition until none of its objects is left. */
    public static final String FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

    public DefinitionStrategy() {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        ObjectNode status = object.putObject("status");
        status.putNull("conditions");
        ObjectNode names = status.putObject("acceptedNames");
        names.put("kind", "").put("plural", "");
        status.putNull("storedVersions");
        noteStored(object);
    }

    @Override
    public void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForUpdate(context, object, old);
        noteStored(object);
    }

    /** The storage version is one that objects may be stored in, from now on. */
    private static void noteStored(ObjectNode object) {
        ObjectNode status = Trees.child(object, "status");
        for (JsonNode version : object.path("spec").path("versions")) {
            String name = version.path("name").asText();
            if (!version.path("storage").asBoolean(false)) {
                continue;
            }
            List<String> stored = new ArrayList<>();
            status.path("storedVersions").forEach(each -> stored.add(each.asText()));
            if (!stored.contains(name)) {
                ArrayNode array = status.get("storedVersions") instanceof ArrayNode present
                        ? present
                        : status.putArray("storedVersions");
                array.add(name);
            }
        }
    }

    /** Asked before the finalizer that {@link #markForDeletion} sets is there. */
    @Override
    public boolean holdsDeletion(ObjectNode object) {
        return !object.path("metadata").has("deletionTimestamp");
    }

    @Override
    public void markForDeletion(WriteContext context, ObjectNode object) {
        ObjectNode metadata = Trees.child(object, "metadata");
        ArrayNode finalizers =
                metadata.get("finalizers") instanceof ArrayNode present ? present : metadata.putArray("finalizers");
        boolean held = false;
        for (JsonNode each : finalizers) {
            held |= each.asText().equals(FINALIZER);
        }
        if (!held) {
            finalizers.add(FINALIZER);
        }
        ObjectNode status = Trees.child(object, "status");
        ArrayNode conditions =
                status.get("conditions") instanceof ArrayNode present ? present : status.putArray("conditions");
        conditions
                .addObject()
                .put("lastTransitionTime", Times.format(context.now()))
                .put("message", "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon")
                .put("reason", "InstanceDeletionPending")
                .put("status", "True")
                .put("type", "Terminating");
    }

    @Override
    protected void check(WriteContext context, Field object, Findings findings) {
        check(object, true, findings);
        checkApproval(object, findings);
    }

    private static void check(Field object, boolean demandsKnownReview, Findings findings) {
        Field spec = object.at("spec");
        String required = spec.at("names").text("plural") + "." + spec.text("group");
        Field name = object.at("metadata", "name");
        if (!name.isEmpty() && !name.is(required)) {
            findings.invalid(name, "must be spec.names.plural+\".\"+spec.group");
        }
        new SpecRules(demandsKnownReview, findings).check(spec);
    }

    private static void checkApproval(Field object, Findings findings) {
        String group = object.at("spec").text("group");
        boolean isProtected = group.equals("k8s.io")
                || group.endsWith(".k8s.io")
                || group.equals("kubernetes.io")
                || group.endsWith(".kubernetes.io");
        if (isProtected
                && object.at("metadata", "annotations")
                        .text("api-approved.kubernetes.io")
                        .isEmpty()) {
            findings.required(
                    object.at("metadata", "annotations").key("api-approved.kubernetes.io"),
                    "protected groups must have approval annotation \"api-approved.kubernetes.io\", see"
                            + " https://github.com/kubernetes/enhancements/pull/1111");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field object, Field old, Findings findings) {
        Field spec = object.at("spec");
        Field before = old.at("spec");
        Field reviews = before.at("conversion", "webhook", "conversionReviewVersions");
        // What was accepted once can be labelled and deleted, even if more is demanded by now.
        if (!spec.value().equals(before.value())) {
            check(object, reviews.isEmpty() || ReviewVersions.isKnown(reviews), findings);
        }
        checkApproval(object, findings);
        if (isEstablished(old)) {
            findings.immutable(spec.at("scope"), before.at("scope"));
            findings.immutable(spec.at("names", "kind"), before.at("names", "kind"));
        }
        findings.immutable(spec.at("group"), before.at("group"));
        findings.immutable(spec.at("names", "plural"), before.at("names", "plural"));
        checkStored(object, findings);
    }

    private static boolean isEstablished(Field object) {
        return object.at("status", "conditions")
                .any(each ->
                        each.at("type").is("Established") && each.at("status").is("True"));
    }

    /** A version in which objects may still be stored must be readable. */
    private static void checkStored(Field object, Findings findings) {
        List<String> versions = object.at("spec", "versions").items().stream()
                .map(each -> each.text("name"))
                .toList();
        for (Field stored : object.at("status", "storedVersions").items()) {
            if (!versions.contains(stored.text())) {
                findings.invalid(
                        stored,
                        "missing from spec.versions; " + stored.text()
                                + " was previously a storage version, and must remain in spec.versions until a storage"
                                + " migration ensures no data remains persisted in " + stored.text() + " and removes "
                                + stored.text() + " from status.storedVersions");
            }
        }
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field object, Field old, Findings findings) {
        Field stored = object.at("status", "storedVersions");
        if (stored.isEmpty()) {
            findings.invalid(stored, "must have at least one stored version");
        }
        checkStored(object, findings);
        for (Field version : object.at("spec", "versions").items()) {
            if (version.flag("storage") && !stored.isEmpty() && !stored.texts().contains(version.text("name"))) {
                findings.invalid(stored, "must have the storage version " + version.text("name"));
            }
        }
    }
}
