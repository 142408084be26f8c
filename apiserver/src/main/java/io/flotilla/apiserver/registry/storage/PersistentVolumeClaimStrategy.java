package io.flotilla.apiserver.registry.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.TreeDiff;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.machinery.object.Quantity;

/** Claims on persistent volumes: once bound, they may only grow. */
public final class PersistentVolumeClaimStrategy extends KindStrategy {

    public PersistentVolumeClaimStrategy() {
        super(Names::subdomain, Shape.STATUS);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        object.putObject("status").put("phase", "Pending");
    }

    @Override
    protected void check(WriteContext context, Field claim, Findings findings) {
        ClaimSpecs.check(claim.at("spec"), findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field claim, Field old, Findings findings) {
        check(context, claim, findings);
        Field spec = claim.at("spec");
        Field before = old.at("spec");
        ObjectNode munged = spec.value().deepCopy();
        ObjectNode mungedOld = before.value().deepCopy();
        if (before.text("volumeName").isEmpty()) {
            Trees.restore(mungedOld, munged, "volumeName");
        }
        if (!before.has("storageClassName")) {
            Trees.restore(munged, mungedOld, "storageClassName");
        }
        if (old.at("status", "phase").is("Bound")) {
            Trees.restore(munged, mungedOld, "volumeAttributesClassName");
            ObjectNode requests = Trees.child(Trees.child(munged, "resources"), "requests");
            Trees.restore(requests, Trees.child(Trees.child(mungedOld, "resources"), "requests"), "storage");
        }
        if (!Trees.same(munged, mungedOld)) {
            findings.forbidden(
                    spec,
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound"
                            + " claims\n" + TreeDiff.of("core.PersistentVolumeClaimSpec", mungedOld, munged));
        }
        Field size = spec.at("resources", "requests", "storage");
        Quantity now = size.quantity();
        if (now.compareTo(before.at("resources", "requests", "storage").quantity()) < 0
                && now.compareTo(old.at("status", "capacity", "storage").quantity()) <= 0) {
            findings.forbidden(size, "field can not be less than status.capacity");
        }
        findings.immutable(spec.at("volumeMode").as("volumeMode"), before.at("volumeMode"));
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field claim, Field old, Findings findings) {
        for (Field amount : claim.at("status", "capacity").entries()) {
            if (amount.quantity().signum() < 0) {
                findings.invalid(amount, amount.quantity().value(), "must be a valid resource quantity");
            }
        }
    }
}
