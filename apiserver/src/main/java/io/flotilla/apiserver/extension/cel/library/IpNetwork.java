package io.flotilla.apiserver.extension.cel.library;

import io.flotilla.apiserver.registry.validation.Block;
import io.flotilla.apiserver.request.Quoting;

/**
 * A network in CIDR notation; bits of the address behind the prefix may be set.
 *
 * @param prefixLength bits that all addresses of the network share
 */
record IpNetwork(IpAddress address, int prefixLength) {

    /** Fails with a {@link FunctionException} that says what is wrong. */
    static IpNetwork parse(String text) {
        int slash = text.lastIndexOf('/');
        if (slash < 0) {
            throw failure(text, "no '/'");
        }
        IpAddress address;
        try {
            address = IpAddress.parse(text.substring(0, slash));
        } catch (FunctionException e) {
            String why = String.valueOf(e.getMessage());
            throw why.startsWith("IPv4-mapped")
                    ? new FunctionException(
                            "network address parse error during conversion from string: IPv4-mapped IPv6" + " address "
                                    + Quoting.quote(text) + " is not allowed")
                    : failure(text, why.substring(why.indexOf("ParseAddr(") < 0 ? 0 : why.indexOf("ParseAddr(")));
        }
        String bits = text.substring(slash + 1);
        if (!bits.matches("0|[1-9][0-9]*")) {
            throw failure(text, "bad bits after slash: " + Quoting.quote(bits));
        }
        if (bits.length() > 3 || Integer.parseInt(bits) > address.address().getAddress().length * 8) {
            throw failure(text, "prefix length out of range");
        }
        return new IpNetwork(address, Integer.parseInt(bits));
    }

    private static FunctionException failure(String text, String why) {
        String told = "network address parse error during conversion from string: ";
        return new FunctionException(told + told + "netip.ParsePrefix(" + Quoting.quote(text) + "): " + why);
    }

    static boolean isValid(String text) {
        try {
            parse(text);
            return true;
        } catch (FunctionException _) {
            return false;
        }
    }

    private Block block() {
        return Block.parse(address.address().getHostAddress() + "/" + prefixLength);
    }

    boolean contains(IpAddress other) {
        return block().contains(other.address());
    }

    boolean contains(IpNetwork other) {
        return prefixLength <= other.prefixLength && contains(other.address);
    }

    /** The same network, with no bit set behind the prefix. */
    IpNetwork masked() {
        return new IpNetwork(new IpAddress(block().base()), prefixLength);
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
