package io.flotilla.apiserver.extension.cel.library;

import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.request.Quoting;
import java.net.InetAddress;

/** An IP address as expressions know it: neither in a zone, nor one of version 4 dressed as one of version 6. */
record IpAddress(InetAddress address) {

    /** Fails with a {@link FunctionException} that says what is wrong. */
    static IpAddress parse(String text) {
        InetAddress address = hasLeadingZero(text) ? null : Addresses.tryParse(text);
        if (text.indexOf(':') >= 0 && text.indexOf('%') > 0) {
            throw new FunctionException("IP address " + Quoting.quote(text) + " with zone value is not allowed");
        }
        if (address == null) {
            throw new FunctionException("IP Address " + Quoting.quote(text)
                    + " parse error during conversion from string: ParseAddr(" + Quoting.quote(text) + "): "
                    + trouble(text));
        }
        if (text.indexOf(':') >= 0 && Addresses.isV4(address)) {
            throw new FunctionException("IPv4-mapped IPv6 address " + Quoting.quote(text) + " is not allowed");
        }
        return new IpAddress(address);
    }

    static boolean isValid(String text) {
        try {
            parse(text);
            return true;
        } catch (FunctionException _) {
            return false;
        }
    }

    private static boolean hasLeadingZero(String text) {
        return text.indexOf(':') < 0 && text.matches("(.*\\.)?0[0-9].*");
    }

    private static String trouble(String text) {
        if (text.indexOf(':') >= 0 || text.indexOf('.') < 0) {
            return "unable to parse IP";
        }
        if (hasLeadingZero(text)) {
            return "IPv4 field has octet with leading zero";
        }
        if (!text.matches("[0-9.]*")) {
            return "unexpected character (at " + Quoting.quote(text.replaceFirst("^[0-9.]*", "")) + ")";
        }
        String[] parts = text.split("\\.", -1);
        for (String part : parts) {
            if (part.isEmpty()) {
                return "IPv4 field must have at least one digit (at " + Quoting.quote(text) + ")";
            }
            if (part.length() > 3 || Integer.parseInt(part) > 255) {
                return "IPv4 field has value >255";
            }
        }
        return parts.length < 4 ? "IPv4 address too short" : "IPv4 address too long";
    }

    boolean isV4() {
        return Addresses.isV4(address);
    }

    /** Neither unspecified, loopback, multicast nor link-local, nor everybody. */
    boolean isGlobalUnicast() {
        boolean everybody = isV4() && address.getHostAddress().equals("255.255.255.255");
        return !everybody
                && !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isMulticastAddress()
                && !address.isLinkLocalAddress();
    }

    boolean isLinkLocalMulticast() {
        byte[] bytes = address.getAddress();
        return isV4()
                ? (bytes[0] & 0xff) == 224 && bytes[1] == 0 && bytes[2] == 0
                : (bytes[0] & 0xff) == 0xff && (bytes[1] & 0x0f) == 2;
    }

    /** The one way to write it: of version 6, the longest run of zeros is left out (RFC 5952). */
    @Override
    public String toString() {
        if (isV4()) {
            return address.getHostAddress();
        }
        byte[] bytes = address.getAddress();
        int[] groups = new int[8];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
        }
        int start = -1;
        int length = 1;
        for (int i = 0; i < groups.length; i++) {
            int end = i;
            while (end < groups.length && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < groups.length; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
