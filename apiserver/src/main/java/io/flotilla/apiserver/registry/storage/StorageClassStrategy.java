package io.flotilla.apiserver.registry.storage;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Storage classes, whose parameters never change. */
public final class StorageClassStrategy extends KindStrategy {

    public StorageClassStrategy() {
        super(Names::subdomain, Shape.PLAIN);
    }

    @Override
    public boolean allowCreateOnUpdate() {
        return false;
    }

    @Override
    protected void check(WriteContext context, Field storageClass, Findings findings) {
        Field provisioner = storageClass.at("provisioner");
        if (provisioner.isEmpty()) {
            findings.required(provisioner);
        } else {
            findings.invalid(
                    provisioner,
                    provisioner.text(),
                    Names.qualified(provisioner.text().toLowerCase(Locale.ROOT)));
        }
        Field policy = storageClass.at("reclaimPolicy");
        if (!policy.isEmpty()) {
            findings.oneOf(policy, Set.of("Delete", "Retain"));
        }
        Field mode = storageClass.at("volumeBindingMode");
        if (!mode.isSet()) {
            findings.required(mode);
        } else {
            findings.oneOf(mode, Set.of("Immediate", "WaitForFirstConsumer"));
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field storageClass, Field old, Findings findings) {
        if (!Trees.same(
                storageClass.at("parameters").value(), old.at("parameters").value())) {
            findings.forbidden(storageClass.at("parameters"), "updates to parameters are forbidden.");
        }
        for (String name : List.of("provisioner", "reclaimPolicy", "volumeBindingMode")) {
            if (!storageClass.text(name).equals(old.text(name))) {
                findings.forbidden(storageClass.at(name), "updates to " + name + " are forbidden.");
            }
        }
    }
}
