package io.flotilla.apiserver.registry.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the cluster knows of a CSI driver. Generation counts changes, beginning with the first. */
public final class CsiDriverStrategy extends KindStrategy {
    private static final int MIN_TOKEN_SECONDS = 600;
    private static final long MAX_TOKEN_SECONDS = 1L << 32;
    private static final int MIN_PERIOD_SECONDS = 10;
    private static final List<String> MODES = List.of("Persistent", "Ephemeral");

    public CsiDriverStrategy() {
        super(Names::subdomain, Shape.PLAIN, Updates.CONDITIONAL);
    }

    @Override
    public void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForUpdate(context, object, old);
        if (!Trees.same(object.get("spec"), old.get("spec"))) {
            long generation = old.path("metadata").path("generation").longValue();
            Trees.child(object, "metadata").put("generation", generation + 1);
        }
    }

    @Override
    protected void check(WriteContext context, Field driver, Findings findings) {
        Field spec = driver.at("spec");
        if (!spec.has("attachRequired")) {
            findings.required(spec.at("attachedRequired"));
        }
        for (String name : List.of("podInfoOnMount", "storageCapacity", "seLinuxMount")) {
            if (!spec.has(name)) {
                findings.required(spec.at(name));
            }
        }
        if (spec.has("fsGroupPolicy")) {
            findings.oneOf(spec.at("fsGroupPolicy"), Set.of("ReadWriteOnceWithFSType", "File", "None"));
        }
        checkTokens(spec.at("tokenRequests"), findings);
        Field modes = spec.at("volumeLifecycleModes");
        for (String mode : modes.texts()) {
            if (!MODES.contains(mode)) {
                findings.notSupported(modes, mode, MODES);
            }
        }
        Field period = spec.at("nodeAllocatableUpdatePeriodSeconds");
        if (period.isSet() && period.number() < MIN_PERIOD_SECONDS) {
            findings.invalid(period, "must be greater than or equal to 10 seconds");
        }
    }

    private static void checkTokens(Field requests, Findings findings) {
        Set<String> audiences = new HashSet<>();
        for (Field request : requests.items()) {
            if (!audiences.add(request.text("audience"))) {
                findings.duplicate(request.at("audience"), request.text("audience"));
                continue;
            }
            Field seconds = request.at("expirationSeconds");
            if (seconds.isSet() && seconds.number() < MIN_TOKEN_SECONDS) {
                findings.invalid(seconds, "may not specify a duration less than 10 minutes");
            }
            if (seconds.number() > MAX_TOKEN_SECONDS) {
                findings.invalid(seconds, "may not specify a duration larger than 2^32 seconds");
            }
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field driver, Field old, Findings findings) {
        check(context, driver, findings);
        Field spec = driver.at("spec");
        findings.immutable(spec.at("attachRequired").as("spec.attachedRequired"), old.at("spec", "attachRequired"));
        findings.immutable(spec.at("volumeLifecycleModes"), old.at("spec", "volumeLifecycleModes"));
    }
}
