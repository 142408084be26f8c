package io.flotilla.apiserver.extension.cel.library;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import java.util.List;
import java.util.function.Predicate;

/** IP addresses and networks: {@code ip('10.0.0.1')}, {@code cidr('10.0.0.0/8')}. */
final class Networks {
    private static final CelType IP = OpaqueType.create("net.IP");
    private static final CelType CIDR = OpaqueType.create("net.CIDR");
    private static final CelType STRING = SimpleType.STRING;
    private static final CelType BOOL = SimpleType.BOOL;
    private static final CelType INT = SimpleType.INT;

    private Networks() {}

    static void addTo(Functions functions) {
        functions.global("ip", "string_to_ip", IP, STRING, String.class, IpAddress::parse);
        functions.global("isIP", "is_ip", BOOL, STRING, String.class, IpAddress::isValid);
        functions.global(
                "ip.isCanonical",
                "ip_is_canonical",
                BOOL,
                STRING,
                String.class,
                text -> IpAddress.parse(text).toString().equals(text));
        functions.global("string", "ip_to_string", STRING, IP, IpAddress.class, IpAddress::toString);
        functions.member("family", "ip_family", INT, IP, IpAddress.class, address -> address.isV4() ? 4L : 6L);
        is(functions, "isUnspecified", "ip_is_unspecified", ip -> ip.address().isAnyLocalAddress());
        is(functions, "isLoopback", "ip_is_loopback", ip -> ip.address().isLoopbackAddress());
        is(functions, "isLinkLocalMulticast", "ip_is_link_local_multicast", IpAddress::isLinkLocalMulticast);
        is(
                functions,
                "isLinkLocalUnicast",
                "ip_is_link_local_unicast",
                ip -> ip.address().isLinkLocalAddress());
        is(functions, "isGlobalUnicast", "ip_is_global_unicast", IpAddress::isGlobalUnicast);
        networks(functions);
    }

    @SuppressWarnings("Immutable") // these predicates hold nothing
    private static void is(Functions functions, String name, String overload, Predicate<IpAddress> what) {
        functions.member(name, overload, BOOL, IP, IpAddress.class, what::test);
    }

    private static void networks(Functions functions) {
        functions.global("cidr", "string_to_cidr", CIDR, STRING, String.class, IpNetwork::parse);
        functions.global("isCIDR", "is_cidr", BOOL, STRING, String.class, IpNetwork::isValid);
        functions.global("string", "cidr_to_string", STRING, CIDR, IpNetwork.class, IpNetwork::toString);
        functions.member(
                "containsIP",
                "cidr_contains_ip_string",
                BOOL,
                List.of(CIDR, STRING),
                IpNetwork.class,
                String.class,
                (network, text) -> network.contains(IpAddress.parse(text)));
        functions.member(
                "containsIP",
                "cidr_contains_ip_ip",
                BOOL,
                List.of(CIDR, IP),
                IpNetwork.class,
                IpAddress.class,
                (network, address) -> network.contains(address));
        functions.member(
                "containsCIDR",
                "cidr_contains_cidr_string",
                BOOL,
                List.of(CIDR, STRING),
                IpNetwork.class,
                String.class,
                (network, text) -> network.contains(IpNetwork.parse(text)));
        functions.member(
                "containsCIDR",
                "cidr_contains_cidr",
                BOOL,
                List.of(CIDR, CIDR),
                IpNetwork.class,
                IpNetwork.class,
                (network, other) -> network.contains(other));
        functions.member("ip", "cidr_ip", IP, CIDR, IpNetwork.class, IpNetwork::address);
        functions.member(
                "prefixLength", "cidr_prefix_length", INT, CIDR, IpNetwork.class, each -> (long) each.prefixLength());
        functions.member("masked", "cidr_masked", CIDR, CIDR, IpNetwork.class, IpNetwork::masked);
    }
}
