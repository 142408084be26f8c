package io.flotilla.apiserver.schema;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;

/** Go's durations: parsed from and printed as {@code 1h2m3.5s}. */
public final class Durations {
    private static final Map<String, Long> UNITS = new LinkedHashMap<>();

    static {
        UNITS.put("ns", 1L);
        UNITS.put("us", 1_000L);
        UNITS.put("µs", 1_000L);
        UNITS.put("ms", 1_000_000L);
        UNITS.put("s", 1_000_000_000L);
        UNITS.put("m", 60_000_000_000L);
        UNITS.put("h", 3_600_000_000_000L);
    }

    private Durations() {}

    /** Returns the form that Go prints. */
    public static String canonical(String text) {
        return format(parse(text));
    }

    /** Returns nanoseconds. */
    public static long parse(String text) {
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        if (text.substring(at).equals("0")) {
            return 0;
        }
        if (at == text.length()) {
            throw new TypeErrorException("time: invalid duration \"" + text + "\"");
        }
        BigInteger total = BigInteger.ZERO;
        while (at < text.length()) {
            int number = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            int unit = at;
            while (at < text.length() && !Character.isDigit(text.charAt(at)) && text.charAt(at) != '.') {
                at++;
            }
            String name = text.substring(unit, at);
            if (number == unit || text.substring(number, unit).equals(".")) {
                throw new TypeErrorException("time: invalid duration \"" + text + "\"");
            }
            if (name.isEmpty()) {
                throw new TypeErrorException("time: missing unit in duration \"" + text + "\"");
            }
            Long nanos = UNITS.get(name);
            if (nanos == null) {
                throw new TypeErrorException("time: unknown unit \"" + name + "\" in duration \"" + text + "\"");
            }
            try {
                total = total.add(new BigDecimal(text.substring(number, unit))
                        .multiply(BigDecimal.valueOf(nanos))
                        .toBigInteger());
            } catch (NumberFormatException _) {
                throw new TypeErrorException("time: invalid duration \"" + text + "\"");
            }
        }
        if (total.bitLength() > 63) {
            throw new TypeErrorException("time: invalid duration \"" + text + "\"");
        }
        return text.startsWith("-") ? -total.longValue() : total.longValue();
    }

    /** Returns the text of so many nanoseconds. */
    public static String format(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        BigDecimal rest = BigDecimal.valueOf(nanos).abs();
        String sign = nanos < 0 ? "-" : "";
        if (rest.compareTo(BigDecimal.valueOf(UNITS.get("us"))) < 0) {
            return sign + plain(rest) + "ns";
        }
        if (rest.compareTo(BigDecimal.valueOf(UNITS.get("ms"))) < 0) {
            return sign + plain(rest.movePointLeft(3)) + "µs";
        }
        if (rest.compareTo(BigDecimal.valueOf(UNITS.get("s"))) < 0) {
            return sign + plain(rest.movePointLeft(6)) + "ms";
        }
        BigDecimal minute = BigDecimal.valueOf(UNITS.get("m"));
        BigInteger minutes = rest.divideToIntegralValue(minute).toBigInteger();
        String seconds = plain(rest.remainder(minute).movePointLeft(9)) + "s";
        BigInteger sixty = BigInteger.valueOf(60);
        if (minutes.signum() == 0) {
            return sign + seconds;
        }
        if (minutes.compareTo(sixty) < 0) {
            return sign + minutes + "m" + seconds;
        }
        return sign + minutes.divide(sixty) + "h" + minutes.mod(sixty) + "m" + seconds;
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }
}
