package io.flotilla.apiserver.registry.device;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.pod.SchedulingRules;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;
import java.util.Set;

/** Claims to devices. What is asked for never changes, nor do the devices that were given. */
public final class ResourceClaimStrategy extends KindStrategy {
    private static final int MAX_CONSUMERS = 256;

    private final SelectorCheck selectors;

    public ResourceClaimStrategy(SelectorCheck selectors) {
        super(Names::subdomain, Shape.STATUS);
        this.selectors = selectors;
    }

    @Override
    protected void check(WriteContext context, Field claim, Findings findings) {
        ClaimRules.check(claim.at("spec"), selectors, findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field claim, Field old, Findings findings) {
        findings.immutable(claim.at("spec"), old.at("spec"));
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field claim, Field old, Findings findings) {
        Field status = claim.at("status");
        Field allocation = status.at("allocation");
        Field consumers = status.at("reservedFor");
        DeviceRules.set(consumers, MAX_CONSUMERS, "uid", findings, consumer -> {
            for (String name : List.of("resource", "name", "uid")) {
                if (consumer.at(name).isEmpty()) {
                    findings.required(consumer.at(name));
                }
            }
        });
        if (!consumers.isEmpty() && !allocation.isSet()) {
            findings.forbidden(consumers, "may not be specified when `allocated` is not set");
        } else if (!claim.at("metadata", "deletionTimestamp").isEmpty()
                && consumers.any(each -> !old.at("status", "reservedFor")
                        .any(before -> before.value().equals(each.value())))) {
            findings.forbidden(
                    consumers,
                    "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set");
        }
        Field before = old.at("status", "allocation");
        if (allocation.isSet() && before.isSet()) {
            findings.immutable(allocation, before);
        } else if (allocation.isSet()) {
            checkAllocation(allocation, ClaimRules.requestNames(claim.at("spec", "devices")), findings);
        }
    }

    private static void checkAllocation(Field allocation, Set<String> requests, Findings findings) {
        Field devices = allocation.at("devices");
        DeviceRules.each(devices.at("results"), DeviceRules.MAX_SIZE, findings, result -> {
            ClaimRules.checkReference(result.at("request"), requests, findings);
            DeviceRules.driver(result.at("driver"), findings);
            DeviceRules.pool(result.at("pool"), findings);
            DeviceRules.label(result.at("device"), findings);
        });
        DeviceRules.each(devices.at("config"), 2 * DeviceRules.MAX_SIZE, findings, config -> {
            Field source = config.at("source");
            if (source.isEmpty()) {
                findings.required(source);
            } else if (!source.is("FromClaim") && !source.is("FromClass")) {
                findings.notSupported(source, List.of("FromClaim", "FromClass"));
            }
            ClaimRules.checkReferences(config.at("requests"), requests, findings);
            DeviceRules.configuration(config, findings);
        });
        if (allocation.has("nodeSelector")) {
            SchedulingRules.checkNodeSelector(allocation.at("nodeSelector"), findings);
        }
    }
}
