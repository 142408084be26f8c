package io.flotilla.machinery.object;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Arithmetic on resource quantities ({@code resource.Quantity} of the API reference). */
public final class Quantities {
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    private Quantities() {}

    /** Returns the value in thousandths, rounded up; 0 for none. Saturates at {@code Long.MAX_VALUE}. */
    public static long milliValue(@Nullable Quantity quantity) {
        return quantity == null ? 0 : roundUp(parse(text(quantity)).multiply(THOUSAND));
    }

    /** Returns the value in whole units, rounded up; 0 for none. Saturates at {@code Long.MAX_VALUE}. */
    public static long value(@Nullable Quantity quantity) {
        return quantity == null ? 0 : roundUp(parse(text(quantity)));
    }

    /**
     * Parses {@code 1500m}, {@code 64Mi}, {@code 1e3}, {@code 0.5}.
     *
     * @throws NumberFormatException where the text is no quantity
     */
    public static BigDecimal parse(String text) {
        int end = text.length();
        int split = 0;
        while (split < end && (Character.isDigit(text.charAt(split)) || "+-.".indexOf(text.charAt(split)) >= 0)) {
            split++;
        }
        BigDecimal number = new BigDecimal(text.substring(0, split));
        String suffix = text.substring(split);
        return switch (suffix) {
            case "" -> number;
            case "n" -> number.scaleByPowerOfTen(-9);
            case "u" -> number.scaleByPowerOfTen(-6);
            case "m" -> number.scaleByPowerOfTen(-3);
            case "k" -> number.scaleByPowerOfTen(3);
            case "M" -> number.scaleByPowerOfTen(6);
            case "G" -> number.scaleByPowerOfTen(9);
            case "T" -> number.scaleByPowerOfTen(12);
            case "P" -> number.scaleByPowerOfTen(15);
            case "E" -> number.scaleByPowerOfTen(18);
            case "Ki" -> number.multiply(BigDecimal.valueOf(1L << 10));
            case "Mi" -> number.multiply(BigDecimal.valueOf(1L << 20));
            case "Gi" -> number.multiply(BigDecimal.valueOf(1L << 30));
            case "Ti" -> number.multiply(BigDecimal.valueOf(1L << 40));
            case "Pi" -> number.multiply(BigDecimal.valueOf(1L << 50));
            case "Ei" -> number.multiply(BigDecimal.valueOf(1L << 60));
            default -> exponent(number, suffix);
        };
    }

    private static BigDecimal exponent(BigDecimal number, String suffix) {
        if (suffix.length() < 2 || (suffix.charAt(0) != 'e' && suffix.charAt(0) != 'E')) {
            throw new NumberFormatException(
                    "quantities must match the regular expression " + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }
        return number.scaleByPowerOfTen(Integer.parseInt(suffix.substring(1)));
    }

    private static String text(Quantity quantity) {
        String format = quantity.getFormat();
        return format == null ? quantity.getAmount() : quantity.getAmount() + format;
    }

    private static long roundUp(BigDecimal value) {
        return value.min(MAX).setScale(0, RoundingMode.CEILING).longValue();
    }
}
