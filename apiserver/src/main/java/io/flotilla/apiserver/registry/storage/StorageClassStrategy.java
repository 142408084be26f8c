package io.flotilla.apiserver.registry.storage;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
        ClassParameters.checkDriver(storageClass.at("provisioner"), findings);
        ClassParameters.check(storageClass.at("parameters"), true, findings);
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
        checkTopologies(storageClass.at("allowedTopologies"), findings);
    }

    private static void checkTopologies(Field topologies, Findings findings) {
        Set<Map<String, Set<String>>> terms = new HashSet<>();
        for (Field term : topologies.items()) {
            Map<String, Set<String>> valuesOfKeys = new HashMap<>();
            for (Field expression : term.at("matchLabelExpressions").items()) {
                Set<String> values = new HashSet<>();
                if (expression.at("values").isEmpty()) {
                    findings.required(expression.at("values"));
                }
                for (Field value : expression.at("values").items()) {
                    if (!values.add(value.text())) {
                        findings.duplicate(value);
                    }
                }
                Field key = expression.at("key");
                findings.invalid(key, Names.qualified(key.text()));
                if (valuesOfKeys.put(key.text(), values) != null) {
                    findings.duplicate(key);
                }
            }
            if (!terms.add(valuesOfKeys)) {
                findings.duplicate(term.at("matchLabelExpressions"), "");
            }
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field storageClass, Field old, Findings findings) {
        if (!Trees.same(
                storageClass.at("parameters").value(), old.at("parameters").value())) {
            findings.forbidden(storageClass.at("parameters"), "updates to parameters are forbidden.");
        }
        for (String name : List.of("provisioner", "reclaimPolicy")) {
            if (!storageClass.text(name).equals(old.text(name))) {
                findings.forbidden(storageClass.at(name), "updates to " + name + " are forbidden.");
            }
        }
        findings.immutable(storageClass.at("volumeBindingMode"), old.at("volumeBindingMode"));
    }
}
