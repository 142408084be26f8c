package io.flotilla.apiserver.registry.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.HashSet;
import java.util.Set;

/** The CSI drivers of a node. A driver that is there stays as it is, but for how many volumes it can have. */
public final class CsiNodeStrategy extends KindStrategy {
    private static final int MAX_NODE_ID = 256;

    public CsiNodeStrategy() {
        super(Names::subdomain, Shape.PLAIN, Updates.CONDITIONAL);
    }

    @Override
    protected void check(WriteContext context, Field node, Findings findings) {
        Set<String> names = new HashSet<>();
        for (Field driver : node.at("spec", "drivers").items()) {
            VolumeSources.checkDriverName(driver.at("name"), findings);
            Field id = driver.at("nodeID");
            if (id.isEmpty()) {
                findings.required(id);
            } else if (id.text().length() > MAX_NODE_ID) {
                findings.invalid(id, "must be " + MAX_NODE_ID + " characters or less");
            }
            findings.nonNegative(driver.at("allocatable", "count"));
            if (!names.add(driver.text("name"))) {
                findings.duplicate(driver.at("name"), driver.text("name"));
            }
            checkTopologyKeys(driver, findings);
        }
    }

    private static void checkTopologyKeys(Field driver, Findings findings) {
        Set<String> keys = new HashSet<>();
        for (String key : driver.at("topologyKeys").texts()) {
            if (key.isEmpty()) {
                findings.required(driver);
            }
            if (!keys.add(key)) {
                findings.duplicate(driver, key);
            }
            findings.invalid(driver, key, Names.qualified(key));
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field node, Field old, Findings findings) {
        check(context, node, findings);
        for (Field before : old.at("spec", "drivers").items()) {
            for (Field driver : node.at("spec", "drivers").items()) {
                if (driver.text("name").equals(before.text("name"))) {
                    findings.immutable(fixed(driver).as("spec.drivers"), fixed(before));
                }
            }
        }
    }

    private static Field fixed(Field driver) {
        ObjectNode copy = driver.object().deepCopy();
        copy.remove("allocatable");
        return Field.of(copy);
    }
}
