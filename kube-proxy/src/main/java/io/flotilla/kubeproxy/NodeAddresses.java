package io.flotilla.kubeproxy;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds the addresses that {@code --nodeport-addresses} means. */
final class NodeAddresses {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int WHOLE = 32;

    private NodeAddresses() {}

    /** Returns the given addresses and those of this machine within the given blocks. */
    static List<String> resolve(String nodeIp, List<String> given) {
        check("--node-ip", nodeIp);
        Set<String> addresses = new LinkedHashSet<>();
        for (String each : given.isEmpty() ? List.of(LOOPBACK, nodeIp) : given) {
            int slash = each.indexOf('/');
            String address = slash < 0 ? each : each.substring(0, slash);
            check("--nodeport-addresses", address);
            int bits = slash < 0 ? WHOLE : bits(each.substring(slash + 1), each);
            if (bits == WHOLE) {
                addresses.add(address);
            } else {
                addresses.addAll(within(new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT), nodeIp));
            }
        }
        return List.copyOf(addresses);
    }

    private static Set<String> within(IpSubnetFilterRule block, String nodeIp) {
        Set<String> found = new LinkedHashSet<>();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> block.matches(new InetSocketAddress(address, 0)))
                    .map(InetAddress::getHostAddress)
                    .forEach(found::add);
        } catch (SocketException e) {
            throw new IllegalStateException("cannot list this machine's addresses: " + e.getMessage(), e);
        }
        // Linux answers on all of 127/8, of which the interfaces list one.
        if (block.matches(new InetSocketAddress(nodeIp, 0))) {
            found.add(nodeIp);
        }
        return found;
    }

    private static int bits(String text, String given) {
        if (!text.matches("[0-9]{1,2}") || Integer.parseInt(text) > WHOLE) {
            throw new IllegalArgumentException("--nodeport-addresses: \"" + given + "\" is no CIDR block");
        }
        return Integer.parseInt(text);
    }

    private static void check(String flag, String address) {
        if (!NetUtil.isValidIpV4Address(address)) {
            throw new IllegalArgumentException(flag + ": \"" + address + "\" is no IPv4 address");
        }
    }
}
