package io.flotilla.machinery.object;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * An amount with a suffix, such as {@code 500m} or {@code 1Gi}. Compared by amount; printed in the canonical form of
 * Kubernetes: the largest suffix that leaves an integer, in the family of suffixes that was written.
 */
public final class Quantity implements Comparable<Quantity> {
    public static final Quantity ZERO = new Quantity(BigDecimal.ZERO, Family.DECIMAL);
    public static final String FORMAT_MESSAGE =
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
    private static final String DECIMAL_SUFFIXES = "numkMGTPE";
    private static final String BINARY_SUFFIXES = "KMGTPE";

    private enum Family {
        DECIMAL,
        BINARY,
        EXPONENT
    }

    private final BigDecimal amount;
    private final Family family;

    private Quantity(BigDecimal amount, Family family) {
        this.amount = amount;
        this.family = family;
    }

    public static Quantity of(long amount) {
        return new Quantity(BigDecimal.valueOf(amount), Family.DECIMAL);
    }

    /** Returns the amount that stands there, 0 where none does. For documents that were checked before. */
    public static Quantity read(JsonNode value) {
        if (value.isNumber()) {
            return new Quantity(value.decimalValue(), Family.DECIMAL);
        }
        Quantity quantity = value.isTextual() ? tryParse(value.textValue()) : null;
        return quantity == null ? ZERO : quantity;
    }

    /**
     * Parses a quantity.
     *
     * @throws IllegalArgumentException with Kubernetes' message
     */
    public static Quantity parse(String text) {
        Quantity quantity = tryParse(text);
        if (quantity == null) {
            throw new IllegalArgumentException(FORMAT_MESSAGE);
        }
        return quantity;
    }

    /** Returns null for what is no quantity. */
    public static @Nullable Quantity tryParse(String text) {
        int end = 0;
        if (end < text.length() && (text.charAt(0) == '+' || text.charAt(0) == '-')) {
            end++;
        }
        int digits = 0;
        int dots = 0;
        while (end < text.length()) {
            char c = text.charAt(end);
            if (c == '.') {
                dots++;
            } else if (c >= '0' && c <= '9') {
                digits++;
            } else {
                break;
            }
            end++;
        }
        if (digits == 0 || dots > 1 || text.length() > 64) {
            return null;
        }
        String suffix = text.substring(end);
        BigDecimal number =
                new BigDecimal(text.charAt(end - 1) == '.' ? text.substring(0, end - 1) : text.substring(0, end));
        if (suffix.isEmpty()) {
            return made(number, Family.DECIMAL);
        }
        char first = suffix.charAt(0);
        if (suffix.length() == 1) {
            int at = DECIMAL_SUFFIXES.indexOf(first);
            return at < 0 ? null : made(number.scaleByPowerOfTen(at < 3 ? 3 * (at - 3) : 3 * (at - 2)), Family.DECIMAL);
        }
        if (suffix.length() == 2 && suffix.charAt(1) == 'i') {
            int at = BINARY_SUFFIXES.indexOf(first);
            if (at < 0) {
                return null;
            }
            BigDecimal value = number.multiply(KIBI.pow(at + 1));
            // An amount below one byte is not binary any more.
            return made(value, value.abs().compareTo(BigDecimal.ONE) < 0 ? Family.DECIMAL : Family.BINARY);
        }
        if (first == 'e' || first == 'E') {
            try {
                int exponent = Integer.parseInt(suffix.substring(1));
                return Math.abs(exponent) > 1000 ? null : made(number.scaleByPowerOfTen(exponent), Family.EXPONENT);
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return null;
    }

    /** Amounts finer than a billionth are rounded up, away from zero; larger than a long are cut. */
    private static Quantity made(BigDecimal amount, Family family) {
        BigDecimal value = amount.scale() > 9 ? amount.setScale(9, RoundingMode.UP) : amount;
        if (value.abs().compareTo(MAX) > 0) {
            value = value.signum() < 0 ? MAX.negate() : MAX;
        }
        return new Quantity(value, family);
    }

    /** Returns the canonical form of the text, the text itself where it is no quantity. */
    public static String canonical(String text) {
        Quantity quantity = tryParse(text);
        return quantity == null ? text : quantity.toString();
    }

    public Quantity plus(Quantity other) {
        return new Quantity(amount.add(other.amount), isZero() ? other.family : family);
    }

    public Quantity minus(Quantity other) {
        return new Quantity(amount.subtract(other.amount), isZero() ? other.family : family);
    }

    public Quantity max(Quantity other) {
        return compareTo(other) >= 0 ? this : other;
    }

    public boolean isZero() {
        return amount.signum() == 0;
    }

    public int signum() {
        return amount.signum();
    }

    public boolean isInteger() {
        return amount.stripTrailingZeros().scale() <= 0;
    }

    /** Rounded up to a whole thousandth, as resource amounts are stored. */
    public Quantity roundedToMilli() {
        return amount.scale() <= 3 ? this : new Quantity(amount.setScale(3, RoundingMode.UP), family);
    }

    /** Whole units, rounded up. */
    public long value() {
        return amount.setScale(0, RoundingMode.UP).longValue();
    }

    public BigDecimal amount() {
        return amount;
    }

    @Override
    public int compareTo(Quantity other) {
        return amount.compareTo(other.amount);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Quantity quantity && amount.compareTo(quantity.amount) == 0;
    }

    @Override
    public int hashCode() {
        return amount.stripTrailingZeros().hashCode();
    }

    @Override
    public String toString() {
        if (isZero()) {
            return "0";
        }
        if (family == Family.BINARY && isInteger() && amount.abs().compareTo(KIBI) >= 0) {
            BigInteger value = amount.toBigIntegerExact();
            int power = Math.min(value.getLowestSetBit() / 10, BINARY_SUFFIXES.length());
            String suffix = power == 0 ? "" : BINARY_SUFFIXES.charAt(power - 1) + "i";
            return value.shiftRight(10 * power) + suffix;
        }
        BigDecimal stripped = amount.stripTrailingZeros();
        int exponent = Math.floorDiv(-stripped.scale(), 3) * 3;
        exponent = family == Family.EXPONENT ? exponent : Math.min(exponent, 18);
        String number =
                stripped.scaleByPowerOfTen(-exponent).toBigIntegerExact().toString();
        if (exponent == 0) {
            return number;
        }
        if (family == Family.EXPONENT) {
            return number + "e" + exponent;
        }
        int at = exponent / 3;
        return number + DECIMAL_SUFFIXES.charAt(at < 0 ? at + 3 : at + 2);
    }
}
