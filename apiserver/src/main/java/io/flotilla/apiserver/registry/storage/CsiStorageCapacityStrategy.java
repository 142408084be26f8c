package io.flotilla.apiserver.registry.storage;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import io.flotilla.machinery.object.Quantity;

/** How much of a storage class is left in a part of the cluster. Class and part never change. */
public final class CsiStorageCapacityStrategy extends KindStrategy {

    public CsiStorageCapacityStrategy() {
        super(Names::subdomain, Shape.PLAIN, Updates.CONDITIONAL);
    }

    @Override
    protected void check(WriteContext context, Field capacity, Findings findings) {
        Selectors.check(capacity.at("nodeTopology"), findings);
        Field storageClass = capacity.at("storageClassName");
        findings.invalid(storageClass, Names.subdomain(storageClass.text()));
        Quantity amount = capacity.at("capacity").quantity();
        if (amount.signum() < 0) {
            findings.invalid(capacity.at("capacity"), amount.toString(), "must be greater than or equal to 0");
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field capacity, Field old, Findings findings) {
        findings.immutable(capacity.at("nodeTopology"), old.at("nodeTopology"));
        findings.immutable(capacity.at("storageClassName"), old.at("storageClassName"));
    }
}
