package io.flotilla.apiserver.schema;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;

/** The canonical forms of times: UTC, whole seconds (Time) or six digits of a second (MicroTime). */
public final class Times {
    private static final String LAYOUT = "2006-01-02T15:04:05Z07:00";
    private static final String MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00";

    private Times() {}

    /** Returns the canonical form of a Time. */
    public static String canonical(String text) {
        return isCanonical(text) ? text : format(parse(text, LAYOUT));
    }

    /** Returns the canonical form of a MicroTime. */
    public static String canonicalMicro(String text) {
        return formatMicro(parse(text, MICRO_LAYOUT));
    }

    /** Returns a Time as text. */
    public static String format(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Returns a MicroTime as text. */
    public static String formatMicro(Instant time) {
        String seconds = format(time);
        String micros = Integer.toString(1_000_000 + time.get(ChronoField.MICRO_OF_SECOND))
                .substring(1);
        return seconds.substring(0, seconds.length() - 1) + "." + micros + "Z";
    }

    /** Returns the instant that a Time or MicroTime tells. */
    public static Instant parse(String text) {
        return parse(text, LAYOUT);
    }

    private static Instant parse(String text, String layout) {
        try {
            return OffsetDateTime.parse(text)
                    .withOffsetSameInstant(ZoneOffset.UTC)
                    .toInstant();
        } catch (DateTimeException _) {
            throw new TypeErrorException(
                    "parsing time \"" + text + "\" as \"" + layout + "\": cannot parse \"" + text + "\" as \"2006\"");
        }
    }

    private static boolean isCanonical(String text) {
        if (text.length() != 20 || text.charAt(19) != 'Z' || text.charAt(10) != 'T') {
            return false;
        }
        String pattern = "dddd-dd-ddTdd:dd:ddZ";
        for (int i = 0; i < 20; i++) {
            char expected = pattern.charAt(i);
            char actual = text.charAt(i);
            if (expected == 'd' ? actual < '0' || actual > '9' : actual != expected) {
                return false;
            }
        }
        return plausible(text, 5, 1, 12)
                && plausible(text, 8, 1, 28)
                && plausible(text, 11, 0, 23)
                && plausible(text, 14, 0, 59)
                && plausible(text, 17, 0, 59);
    }

    private static boolean plausible(String text, int at, int low, int high) {
        int value = (text.charAt(at) - '0') * 10 + text.charAt(at + 1) - '0';
        return value >= low && value <= high;
    }
}
