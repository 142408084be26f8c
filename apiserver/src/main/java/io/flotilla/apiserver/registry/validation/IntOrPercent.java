package io.flotilla.apiserver.registry.validation;

import java.util.List;

/** Values that are a number or a text: ports, and amounts in whole numbers or percent. */
public final class IntOrPercent {
    private IntOrPercent() {}

    /** Checks a non-negative number or a percentage. */
    public static void check(Field field, Findings findings) {
        if (field.isText()) {
            if (!isPercent(field.text())) {
                findings.invalid(
                        field,
                        Names.pattern(
                                "a valid percent string must be a numeric string followed by an ending '%'",
                                "[0-9]+%", "1%", "93%"));
            }
        } else {
            findings.nonNegative(field);
        }
    }

    /** Refuses a percentage above 100. */
    public static void notAboveHundred(Field field, Findings findings) {
        if (isPercent(field.text()) && percent(field.text()) > 100) {
            findings.invalid(field, "must not be greater than 100%");
        }
    }

    public static boolean isPercent(String text) {
        return text.length() > 1
                && text.endsWith("%")
                && text.chars().limit(text.length() - 1L).allMatch(c -> c >= '0' && c <= '9');
    }

    private static long percent(String text) {
        return text.length() > 10 ? Integer.MAX_VALUE : Long.parseLong(text.substring(0, text.length() - 1));
    }

    /** The number itself, or the number in front of the percent sign. */
    public static long plain(Field field) {
        return isPercent(field.text()) ? percent(field.text()) : field.number();
    }

    /** Resolves against a total. */
    public static long scaled(Field field, long total, boolean roundUp) {
        if (!field.isText()) {
            return field.number();
        }
        long product = Math.multiplyExact(plain(field), total);
        return roundUp ? Math.ceilDiv(product, 100L) : product / 100;
    }

    /** Checks a port: its number, or the name of a container's port. */
    public static void checkPort(Field field, Findings findings) {
        if (field.isText()) {
            findings.invalid(field, Names.portName(field.text()));
        } else {
            portNumber(field, findings);
        }
    }

    public static void portNumber(Field field, Findings findings) {
        if (field.number() < 1 || field.number() > 65535) {
            findings.invalid(field, field.number(), Findings.rangeMessage(1, 65535));
        }
    }

    /** Protocols of ports, sorted as messages list them. */
    public static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");
}
