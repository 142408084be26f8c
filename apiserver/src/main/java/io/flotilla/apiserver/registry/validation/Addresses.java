package io.flotilla.apiserver.registry.validation;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** IP addresses and blocks of them, never by asking a resolver. */
public final class Addresses {
    /** The words for a text that is no address. */
    public static final String NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    private Addresses() {}

    /** Returns null for what is no IP address. */
    public static @Nullable InetAddress tryParse(String text) {
        try {
            if (text.indexOf(':') >= 0) {
                return text.indexOf('%') >= 0 || text.startsWith("[") ? null : InetAddress.ofLiteral(text);
            }
            byte[] bytes = new byte[4];
            int part = 0;
            int value = -1;
            for (int i = 0; i <= text.length(); i++) {
                char c = i < text.length() ? text.charAt(i) : '.';
                if (c == '.') {
                    if (value < 0 || part == 4) {
                        return null;
                    }
                    bytes[part++] = (byte) value;
                    value = -1;
                } else if (c >= '0' && c <= '9') {
                    value = Math.max(value, 0) * 10 + (c - '0');
                    if (value > 255) {
                        return null;
                    }
                } else {
                    return null;
                }
            }
            return part == 4 ? InetAddress.getByAddress(bytes) : null;
        } catch (IllegalArgumentException | UnknownHostException e) {
            return null;
        }
    }

    public static boolean isV4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    /** Checks the field's text; returns the address, null where it is none. */
    public static @Nullable InetAddress check(Field field, String text, Findings findings) {
        InetAddress address = tryParse(text);
        if (address == null) {
            findings.invalid(field, text, NOT_AN_ADDRESS);
        }
        return address;
    }

    public static @Nullable InetAddress check(Field field, Findings findings) {
        return check(field, field.text(), findings);
    }

    public static void checkBlock(Field field, String text, Findings findings) {
        if (Block.tryParse(text) == null) {
            findings.invalid(field, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        }
    }

    /**
     * Refuses an address that means something only on one machine.
     *
     * @param loopbackIsOrdinary whether this cluster lives on loopback, where such addresses are what pods have
     */
    public static void checkNotSpecial(Field field, boolean loopbackIsOrdinary, Findings findings) {
        InetAddress address = check(field, findings);
        if (address == null) {
            return;
        }
        if (address.isAnyLocalAddress()) {
            findings.invalid(field, "may not be unspecified (" + field.text() + ")");
        }
        if (address.isLoopbackAddress() && !loopbackIsOrdinary) {
            findings.invalid(field, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }
        if (address.isLinkLocalAddress()) {
            findings.invalid(field, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        }
        byte[] bytes = address.getAddress();
        boolean linkLocalMulticast = bytes.length == 4
                ? (bytes[0] & 0xff) == 224 && bytes[1] == 0 && bytes[2] == 0
                : (bytes[0] & 0xff) == 0xff && (bytes[1] & 0x0f) == 2;
        if (linkLocalMulticast) {
            findings.invalid(field, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
    }
}
