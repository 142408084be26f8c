package io.flotilla.apiserver.registry.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Endpoint slices. */
public final class EndpointSliceStrategy extends KindStrategy {
    private static final int MAX_ENDPOINTS = 1000;
    private static final int MAX_ADDRESSES = 100;
    private static final int MAX_PORTS = 20_000;
    private static final List<String> ADDRESS_TYPES = List.of("FQDN", "IPv4", "IPv6");

    private final boolean loopbackIsOrdinary;

    /** @param loopbackIsOrdinary whether pods of this cluster have addresses in 127/8 */
    public EndpointSliceStrategy(boolean loopbackIsOrdinary) {
        super(Names::subdomain, Shape.GENERATION);
        this.loopbackIsOrdinary = loopbackIsOrdinary;
    }

    /** A slice's labels count, too: they tell what it belongs to. */
    @Override
    protected boolean changesGeneration(ObjectNode object, ObjectNode old) {
        return super.changesGeneration(object, old)
                || !Trees.same(
                        object.path("metadata").path("labels"),
                        old.path("metadata").path("labels"));
    }

    @Override
    protected void check(WriteContext context, Field slice, Findings findings) {
        Field type = slice.at("addressType");
        if (type.isEmpty()) {
            findings.required(type);
        } else if (!ADDRESS_TYPES.contains(type.text())) {
            findings.notSupported(type, ADDRESS_TYPES);
        }
        Field endpoints = slice.at("endpoints");
        if (endpoints.size() > MAX_ENDPOINTS) {
            findings.tooMany(endpoints, endpoints.size(), MAX_ENDPOINTS);
        } else {
            endpoints.items().forEach(endpoint -> checkEndpoint(endpoint, type.text(), findings));
        }
        checkPorts(slice.at("ports"), findings);
    }

    private void checkEndpoint(Field endpoint, String type, Findings findings) {
        Field addresses = endpoint.at("addresses");
        if (addresses.isEmpty()) {
            findings.required(addresses, "must contain at least 1 address");
        } else if (addresses.size() > MAX_ADDRESSES) {
            findings.tooMany(addresses, addresses.size(), MAX_ADDRESSES);
        }
        for (Field address : addresses.items()) {
            checkAddress(address, type, findings);
        }
        if (endpoint.has("nodeName")) {
            findings.invalid(endpoint.at("nodeName"), Names.subdomain(endpoint.text("nodeName")));
        }
        if (endpoint.has("hostname")) {
            findings.invalid(endpoint.at("hostname"), Names.label(endpoint.text("hostname")));
        }
        Field zones = endpoint.at("hints", "forZones");
        if (zones.size() > 8) {
            findings.tooMany(zones, zones.size(), 8);
        }
        Set<String> seen = new HashSet<>();
        for (Field zone : zones.items()) {
            if (!seen.add(zone.text("name"))) {
                findings.duplicate(zone.at("name"));
            }
            findings.invalid(zone.at("name"), zone.text("name"), Names.labelValue(zone.text("name")));
        }
    }

    private void checkAddress(Field address, String type, Findings findings) {
        if (type.equals("FQDN")) {
            String name = address.text().endsWith(".")
                    ? address.text().substring(0, address.text().length() - 1)
                    : address.text();
            List<String> wrong = Names.subdomain(name);
            if (!wrong.isEmpty()) {
                findings.invalid(address, name, String.join(",", wrong));
            } else if (name.indexOf('.') < 0) {
                findings.invalid(address, name, "should be a domain with at least two segments separated by dots");
            }
            return;
        }
        InetAddress parsed = Addresses.tryParse(address.text());
        if (type.equals("IPv4") && (parsed == null || !Addresses.isV4(parsed))) {
            findings.invalid(address, "must be an IPv4 address");
        } else if (type.equals("IPv6") && (parsed == null || Addresses.isV4(parsed))) {
            findings.invalid(address, "must be an IPv6 address");
        } else if (parsed != null) {
            Addresses.checkNotSpecial(address, loopbackIsOrdinary, findings);
        }
    }

    private static void checkPorts(Field ports, Findings findings) {
        if (ports.size() > MAX_PORTS) {
            findings.tooMany(ports, ports.size(), MAX_PORTS);
            return;
        }
        Set<String> names = new HashSet<>();
        for (Field port : ports.items()) {
            Field name = port.at("name");
            if (!name.isEmpty()) {
                findings.invalid(name, Names.label(name.text()));
            }
            if (!names.add(name.text())) {
                findings.duplicate(name, name.text());
            }
            findings.requiredOneOf(port.at("protocol"), Set.copyOf(IntOrPercent.PROTOCOLS));
            if (port.has("port")) {
                IntOrPercent.portNumber(port.at("port"), findings);
            }
            if (port.has("appProtocol")) {
                findings.invalid(port.at("appProtocol"), Names.qualified(port.text("appProtocol")));
            }
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field slice, Field old, Findings findings) {
        check(context, slice, findings);
        findings.immutable(slice.at("addressType"), old.at("addressType"));
    }
}
