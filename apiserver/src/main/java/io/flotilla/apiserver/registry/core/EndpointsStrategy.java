package io.flotilla.apiserver.registry.core;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;
import java.util.Set;

/** Endpoints: the older form of endpoint slices. */
public final class EndpointsStrategy extends KindStrategy {
    private final boolean loopbackIsOrdinary;

    /** @param loopbackIsOrdinary whether pods of this cluster have addresses in 127/8 */
    public EndpointsStrategy(boolean loopbackIsOrdinary) {
        super(Names::subdomain, Shape.PLAIN);
        this.loopbackIsOrdinary = loopbackIsOrdinary;
    }

    @Override
    protected void check(WriteContext context, Field endpoints, Findings findings) {
        for (Field subset : endpoints.at("subsets").items()) {
            if (subset.at("addresses").isEmpty()
                    && subset.at("notReadyAddresses").isEmpty()) {
                findings.required(subset, "must specify `addresses` or `notReadyAddresses`");
            }
            for (String list : List.of("addresses", "notReadyAddresses")) {
                subset.at(list).items().forEach(address -> checkAddress(address, findings));
            }
            boolean several = subset.at("ports").size() > 1;
            subset.at("ports").items().forEach(port -> checkPort(port, several, findings));
        }
    }

    private void checkAddress(Field address, Findings findings) {
        Addresses.checkNotSpecial(address.at("ip"), loopbackIsOrdinary, findings);
        if (!address.text("hostname").isEmpty()) {
            findings.invalid(address.at("hostname"), Names.label(address.text("hostname")));
        }
        if (address.has("nodeName")) {
            findings.invalid(address.at("nodeName"), Names.subdomain(address.text("nodeName")));
        }
    }

    private static void checkPort(Field port, boolean nameRequired, Findings findings) {
        Field name = port.at("name");
        if (!name.isEmpty()) {
            findings.invalid(name, Names.label(name.text()));
        } else if (nameRequired) {
            findings.required(name);
        }
        IntOrPercent.portNumber(port.at("port"), findings);
        findings.requiredOneOf(port.at("protocol"), Set.copyOf(IntOrPercent.PROTOCOLS));
        if (port.has("appProtocol")) {
            findings.invalid(port.at("appProtocol"), Names.qualified(port.text("appProtocol")));
        }
    }
}
