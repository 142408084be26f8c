package io.flotilla.apiserver.registry.networking;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Block;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;

/** Ranges from which services have their addresses: one range, or one of each IP family. They never change. */
public final class ServiceCidrStrategy extends KindStrategy {

    public ServiceCidrStrategy() {
        super(Names::subdomain, Shape.STATUS);
    }

    @Override
    protected void check(WriteContext context, Field range, Findings findings) {
        Field spec = range.at("spec");
        Field cidrs = spec.at("cidrs");
        if (cidrs.isEmpty()) {
            findings.required(cidrs, "at least one CIDR required");
        } else if (cidrs.size() > 2) {
            findings.invalid(cidrs, spec.value(), "may only hold up to 2 values");
        } else if (cidrs.size() == 2 && !isDualStack(cidrs)) {
            findings.invalid(
                    cidrs,
                    spec.value(),
                    "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
        } else {
            cidrs.items().forEach(cidr -> Addresses.checkBlock(cidr, cidr.text(), findings));
        }
    }

    private static boolean isDualStack(Field cidrs) {
        Block first = Block.tryParse(cidrs.index(0).text());
        Block second = Block.tryParse(cidrs.index(1).text());
        return first != null && second != null && first.isV4() != second.isV4();
    }

    @Override
    protected void checkUpdate(WriteContext context, Field range, Field old, Findings findings) {
        findings.immutable(range.at("spec", "cidrs"), old.at("spec", "cidrs"));
    }
}
