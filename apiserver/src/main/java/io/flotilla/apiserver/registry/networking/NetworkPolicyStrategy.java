package io.flotilla.apiserver.registry.networking;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Block;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.IntOrPercent;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Selectors;
import java.util.List;

/** Network policies. */
public final class NetworkPolicyStrategy extends KindStrategy {
    private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");
    private static final List<String> TYPES = List.of("Ingress", "Egress");

    public NetworkPolicyStrategy() {
        super(Names::subdomain, Shape.GENERATION);
    }

    @Override
    protected void check(WriteContext context, Field policy, Findings findings) {
        Field spec = policy.at("spec");
        Selectors.check(spec.at("podSelector"), findings);
        checkRules(spec.at("ingress"), "from", findings);
        checkRules(spec.at("egress"), "to", findings);
        Field types = spec.at("policyTypes");
        if (types.size() > TYPES.size()) {
            findings.invalid(types, "may not specify more than two policyTypes");
            return;
        }
        for (Field type : types.items()) {
            if (!TYPES.contains(type.text())) {
                findings.notSupported(type, TYPES);
            }
        }
    }

    private static void checkRules(Field rules, String peers, Findings findings) {
        for (Field rule : rules.items()) {
            rule.at("ports").items().forEach(port -> checkPort(port, findings));
            rule.at(peers).items().forEach(peer -> checkPeer(peer, findings));
        }
    }

    private static void checkPort(Field entry, Findings findings) {
        Field protocol = entry.at("protocol");
        if (protocol.isSet() && !PROTOCOLS.contains(protocol.text())) {
            findings.notSupported(protocol, PROTOCOLS);
        }
        Field port = entry.at("port");
        Field end = entry.at("endPort");
        if (!port.isSet()) {
            if (end.isSet()) {
                findings.invalid(end, "may not be specified when `port` is not specified");
            }
        } else if (port.isText()) {
            if (end.isSet()) {
                findings.invalid(end, "may not be specified when `port` is non-numeric");
            }
            IntOrPercent.checkPort(port, findings);
        } else {
            IntOrPercent.checkPort(port, findings);
            if (end.isSet()) {
                if (end.number() < port.number()) {
                    findings.invalid(end, port.number(), "must be greater than or equal to `port`");
                }
                IntOrPercent.portNumber(end, findings);
            }
        }
    }

    private static void checkPeer(Field peer, Findings findings) {
        boolean selected = peer.has("podSelector") || peer.has("namespaceSelector");
        Selectors.check(peer.at("podSelector"), findings);
        Selectors.check(peer.at("namespaceSelector"), findings);
        if (peer.has("ipBlock")) {
            checkBlock(peer.at("ipBlock"), findings);
        }
        if (!selected && !peer.has("ipBlock")) {
            findings.required(peer, "must specify a peer");
        } else if (selected && peer.has("ipBlock")) {
            findings.forbidden(peer, "may not specify both ipBlock and another peer");
        }
    }

    private static void checkBlock(Field ipBlock, Findings findings) {
        Field cidr = ipBlock.at("cidr");
        if (cidr.isEmpty()) {
            findings.required(cidr);
            return;
        }
        Addresses.checkBlock(cidr, cidr.text(), findings);
        Block whole = Block.tryParse(cidr.text());
        if (whole == null) {
            return;
        }
        for (Field except : ipBlock.at("except").items()) {
            Addresses.checkBlock(except, except.text(), findings);
            Block part = Block.tryParse(except.text());
            if (part != null && (!whole.contains(part) || part.equals(whole))) {
                findings.invalid(except, "must be a strict subset of `cidr`");
            }
        }
    }
}
