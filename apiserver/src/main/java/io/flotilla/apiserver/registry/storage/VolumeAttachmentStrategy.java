package io.flotilla.apiserver.registry.storage;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Attachments of volumes to nodes. What is to be attached where never changes. */
public final class VolumeAttachmentStrategy extends KindStrategy {
    private static final int MAX_METADATA = 256 * 1024;
    private static final int MAX_MESSAGE = 1024;
    private static final String ONE_SOURCE = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    private static final String NOT_INLINE = "may not be specified in the context of inline volumes";

    public VolumeAttachmentStrategy() {
        super(Names::subdomain, Shape.STATUS, Updates.CONDITIONAL);
    }

    @Override
    protected void check(WriteContext context, Field attachment, Findings findings) {
        Field spec = attachment.at("spec");
        Field attacher = spec.at("attacher");
        if (attacher.isEmpty()) {
            findings.required(attacher);
        } else {
            VolumeSources.checkDriverName(attacher, findings);
        }
        checkSource(spec.at("source"), findings);
        Field node = spec.at("nodeName");
        findings.invalid(node, Names.subdomain(node.text()));
    }

    private static void checkSource(Field source, Findings findings) {
        Field inline = source.at("inlineVolumeSpec");
        Field named = source.at("persistentVolumeName");
        if (inline.isSet() == named.isSet()) {
            if (inline.isSet()) {
                findings.forbidden(source, ONE_SOURCE);
            } else {
                findings.required(source, ONE_SOURCE);
            }
        } else if (inline.isSet()) {
            checkInline(inline, findings);
        } else if (named.isEmpty()) {
            findings.required(named, "must specify non empty persistentVolumeName");
        } else {
            findings.invalid(named, Names.subdomain(named.text()));
        }
    }

    private static void checkInline(Field spec, Findings findings) {
        for (String name : List.of("claimRef", "capacity", "storageClassName", "nodeAffinity")) {
            if (!spec.at(name).isEmpty()) {
                findings.forbidden(spec.at(name), NOT_INLINE);
            }
        }
        if (spec.has("csi")) {
            PersistentVolumeStrategy.checkCsi(spec.at("csi"), findings);
        } else {
            findings.required(spec.at("csi"), "has to be specified in the context of inline volumes");
        }
        Field modes = spec.at("accessModes");
        if (modes.isEmpty()) {
            findings.required(modes);
        }
        ClaimSpecs.checkAccessModes(modes, findings);
        Field policy = spec.at("persistentVolumeReclaimPolicy");
        if (!policy.isEmpty() && !policy.is("Retain")) {
            findings.forbidden(policy, "may only be Retain in the context of inline volumes");
        }
        if (spec.has("volumeMode")) {
            findings.oneOf(spec.at("volumeMode"), ClaimSpecs.VOLUME_MODES);
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field attachment, Field old, Findings findings) {
        check(context, attachment, findings);
        findings.immutable(attachment.at("spec"), old.at("spec"));
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field attachment, Field old, Findings findings) {
        Field metadata = attachment.at("status", "attachmentMetadata");
        if (ClassParameters.bytes(metadata) > MAX_METADATA) {
            findings.tooLong(metadata, MAX_METADATA);
        }
        for (String name : List.of("attachError", "detachError")) {
            Field message = attachment.at("status", name, "message");
            if (message.text().getBytes(StandardCharsets.UTF_8).length > MAX_MESSAGE) {
                // Kubernetes tells the limit of the metadata here.
                findings.tooLong(message, MAX_METADATA);
            }
            Field code = attachment.at("status", name, "errorCode");
            if (code.number() < 0) {
                findings.invalid(code, Findings.rangeMessage(0, Integer.MAX_VALUE));
            }
        }
    }
}
