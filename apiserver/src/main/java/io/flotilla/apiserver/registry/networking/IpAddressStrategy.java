package io.flotilla.apiserver.registry.networking;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;

/** Addresses in use, each named by itself, with what holds it. */
public final class IpAddressStrategy extends KindStrategy {

    public IpAddressStrategy() {
        super(IpAddressStrategy::checkName, Shape.PLAIN);
    }

    private static List<String> checkName(String name) {
        return Addresses.tryParse(name) == null ? List.of(Addresses.NOT_AN_ADDRESS) : List.of();
    }

    @Override
    protected void check(WriteContext context, Field address, Findings findings) {
        Field parent = address.at("spec", "parentRef");
        if (!parent.isSet()) {
            findings.required(parent);
            return;
        }
        Field group = parent.at("group");
        if (!group.isEmpty()) {
            findings.invalid(group, Names.subdomain(group.text()));
        }
        for (String name : List.of("resource", "name")) {
            if (parent.at(name).isEmpty()) {
                findings.required(parent.at(name));
            } else {
                findings.invalid(parent.at(name), Names.pathSegment(parent.text(name)));
            }
        }
        findings.invalid(parent.at("namespace"), Names.pathSegment(parent.text("namespace")));
    }

    @Override
    protected void checkUpdate(WriteContext context, Field address, Field old, Findings findings) {
        findings.immutable(address.at("spec", "parentRef"), old.at("spec", "parentRef"));
    }
}
