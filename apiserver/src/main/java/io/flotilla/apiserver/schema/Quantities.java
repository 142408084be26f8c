package io.flotilla.apiserver.schema;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * The canonical form of quantities (resource.Quantity): no fraction is shown that a smaller suffix can take, the number
 * before the suffix is as small as it can be, and the base of the suffix (2 or 10) stays what it was.
 */
public final class Quantities {
    private static final String FORMAT =
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    private static final String DECIMAL = "numkMGTPE";
    private static final int[] DECIMAL_EXPONENTS = {-9, -6, -3, 3, 6, 9, 12, 15, 18};
    private static final BigInteger KIBI = BigInteger.valueOf(1024);
    private static final BigInteger KILO = BigInteger.valueOf(1000);
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private enum Form {
        DECIMAL,
        BINARY,
        EXPONENT
    }

    private record Parsed(BigDecimal value, Form form) {}

    private Quantities() {}

    /**
     * Returns the canonical form.
     *
     * @throws TypeErrorException it is no quantity
     */
    public static String canonical(String text) {
        if (isSmallInteger(text)) {
            return text;
        }
        Parsed parsed = parse(text);
        return format(parsed.value, parsed.form);
    }

    /** Returns the value of a quantity, rounded up to whole nanos as Kubernetes does. */
    public static BigDecimal value(String text) {
        return parse(text).value;
    }

    /** Returns the canonical form after rounding up to thousandths, the precision of resource lists. */
    public static String roundedToMilli(String text) {
        Parsed parsed = parse(text);
        BigDecimal rounded = parsed.value.stripTrailingZeros().scale() > 3
                ? parsed.value.setScale(3, RoundingMode.UP)
                : parsed.value;
        return format(rounded, parsed.form);
    }

    /** Returns the canonical form of a number, with the base of the suffix that the example has. */
    public static String canonical(BigDecimal value, String example) {
        return format(value, parse(example).form);
    }

    private static boolean isSmallInteger(String text) {
        int length = text.length();
        if (length == 0 || length > 2 || text.charAt(0) < '1' || text.charAt(0) > '9') {
            return text.equals("0");
        }
        return length == 1 || Character.isDigit(text.charAt(1));
    }

    private static Parsed parse(String text) {
        int numberEnd = 0;
        while (numberEnd < text.length() && isNumberCharacter(text.charAt(numberEnd), numberEnd)) {
            numberEnd++;
        }
        String number = text.substring(0, numberEnd);
        String suffix = text.substring(numberEnd);
        if (number.isEmpty() || number.length() > 400) {
            throw new TypeErrorException(FORMAT);
        }
        BigDecimal value;
        try {
            value = new BigDecimal(number);
        } catch (NumberFormatException _) {
            throw new TypeErrorException(FORMAT);
        }
        Parsed parsed = scale(value, suffix);
        BigDecimal bounded = parsed.value;
        if (bounded.abs().compareTo(LARGEST) > 0) {
            bounded = bounded.signum() < 0 ? LARGEST.negate() : LARGEST;
        }
        if (bounded.stripTrailingZeros().scale() > 9) {
            bounded = bounded.setScale(9, RoundingMode.UP);
        }
        return new Parsed(bounded, parsed.form);
    }

    private static boolean isNumberCharacter(char c, int index) {
        return (c >= '0' && c <= '9') || c == '.' || (index == 0 && (c == '+' || c == '-'));
    }

    private static Parsed scale(BigDecimal value, String suffix) {
        if (suffix.isEmpty()) {
            return new Parsed(value, Form.DECIMAL);
        }
        for (int i = 1; i < BINARY.length; i++) {
            if (BINARY[i].equals(suffix)) {
                return new Parsed(value.multiply(new BigDecimal(KIBI.pow(i))), Form.BINARY);
            }
        }
        int index = suffix.length() == 1 ? DECIMAL.indexOf(suffix.charAt(0)) : -1;
        if (index >= 0) {
            return new Parsed(value.scaleByPowerOfTen(DECIMAL_EXPONENTS[index]), Form.DECIMAL);
        }
        if (suffix.length() > 1 && (suffix.charAt(0) == 'e' || suffix.charAt(0) == 'E')) {
            try {
                int exponent = Integer.parseInt(suffix.substring(1));
                if (exponent > 400) {
                    return new Parsed(
                            value.signum() == 0 ? value : LARGEST.multiply(BigDecimal.valueOf(value.signum())),
                            Form.EXPONENT);
                }
                if (exponent < -400) {
                    return new Parsed(
                            value.signum() == 0 ? value : BigDecimal.ONE.scaleByPowerOfTen(-9), Form.EXPONENT);
                }
                return new Parsed(value.scaleByPowerOfTen(exponent), Form.EXPONENT);
            } catch (NumberFormatException _) {
                throw new TypeErrorException("unable to parse quantity's suffix");
            }
        }
        throw new TypeErrorException(
                suffix.chars().allMatch(c -> "eEinumkKMGTP+-0123456789".indexOf(c) >= 0)
                        ? "unable to parse quantity's suffix"
                        : FORMAT);
    }

    private static String format(BigDecimal value, Form form) {
        if (value.signum() == 0) {
            return "0";
        }
        // Below 1024, or with a fraction, base 2 has nothing to offer.
        if (form == Form.BINARY
                && value.abs().compareTo(new BigDecimal(KIBI)) >= 0
                && value.stripTrailingZeros().scale() <= 0) {
            BigInteger number = value.toBigIntegerExact();
            int index = 0;
            while (index < BINARY.length - 1 && number.mod(KIBI).signum() == 0) {
                number = number.divide(KIBI);
                index++;
            }
            return number + BINARY[index];
        }
        int exponent = 0;
        BigInteger number;
        BigDecimal stripped = value.stripTrailingZeros();
        if (stripped.scale() > 0) {
            exponent = -3 * ((stripped.scale() + 2) / 3);
            number = stripped.scaleByPowerOfTen(-exponent).toBigIntegerExact();
        } else {
            number = stripped.toBigIntegerExact();
        }
        while (exponent < 18) {
            BigInteger[] parts = number.divideAndRemainder(KILO);
            if (parts[1].signum() != 0) {
                break;
            }
            number = parts[0];
            exponent += 3;
        }
        if (form == Form.EXPONENT) {
            return exponent == 0 ? number.toString() : number + "e" + exponent;
        }
        String suffix = "";
        for (int i = 0; i < DECIMAL_EXPONENTS.length; i++) {
            if (DECIMAL_EXPONENTS[i] == exponent) {
                suffix = DECIMAL.substring(i, i + 1);
            }
        }
        return number + suffix;
    }
}
