package io.flotilla.apiserver.registry.scheduling;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.PodSpecs;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Priority classes. What begins with "system-" is the cluster's own. */
public final class PriorityClassStrategy extends KindStrategy {
    private static final long HIGHEST_OF_USERS = 1_000_000_000;
    private static final String SYSTEM = "system-";

    public PriorityClassStrategy() {
        super(Names::subdomain, Shape.GENERATION);
    }

    @Override
    protected void check(WriteContext context, Field priorityClass, Findings findings) {
        String name = priorityClass.at("metadata").text("name");
        long value = priorityClass.number("value");
        boolean known = (name.equals("system-cluster-critical") && value == 2_000_000_000)
                || (name.equals("system-node-critical") && value == 2_000_001_000);
        if (!known && name.startsWith(SYSTEM)) {
            findings.forbidden(
                    priorityClass.at("metadata", "name"),
                    "priority class names with '" + SYSTEM + "' prefix are reserved for system use only. error: " + name
                            + " is not a known system priority class");
        }
        if (!known && value > HIGHEST_OF_USERS) {
            findings.forbidden(
                    priorityClass.at("value"),
                    "maximum allowed value of a user defined priority is " + HIGHEST_OF_USERS);
        }
        if (priorityClass.has("preemptionPolicy")) {
            PodSpecs.checkPreemptionPolicy(priorityClass.at("preemptionPolicy"), findings);
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field priorityClass, Field old, Findings findings) {
        if (priorityClass.number("value") != old.number("value")) {
            findings.forbidden(priorityClass.at("value"), "may not be changed in an update.");
        }
        findings.immutable(priorityClass.at("preemptionPolicy"), old.at("preemptionPolicy"));
    }
}
