package io.flotilla.apiserver.extension.cel.library;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts values into a text: {@code 'at most %d, not %s'.format([5, self.size])}. */
final class TextFormat {
    private final String text;
    private final List<?> values;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int next;

    private TextFormat(String text, List<?> values) {
        this.text = text;
        this.values = values;
    }

    /** Fails with a {@link FunctionException} where a clause is none, or its value is missing or of the wrong type. */
    static String format(String text, List<?> values) {
        return new TextFormat(text, values).run();
    }

    private String run() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '%') {
                out.append(c);
            } else if (at < text.length() && text.charAt(at) == '%') {
                at++;
                out.append('%');
            } else {
                clause();
            }
        }
        return out.toString();
    }

    private void clause() {
        int precision = 6;
        if (at < text.length() && text.charAt(at) == '.') {
            int start = ++at;
            while (at < text.length() && Character.isDigit(text.charAt(at))) {
                at++;
            }
            if (at == start || at - start > 3) {
                throw new FunctionException("could not parse formatting clause: error while parsing precision");
            }
            precision = Integer.parseInt(text.substring(start, at));
        }
        if (at == text.length()) {
            throw new FunctionException("could not parse formatting clause: unexpected end of string");
        }
        if (next == values.size()) {
            throw new FunctionException("index " + next + " out of range");
        }
        char verb = text.charAt(at++);
        Object value = values.get(next++);
        out.append(
                switch (verb) {
                    case 's' -> show(value);
                    case 'd' -> value instanceof Double number ? special(number) : decimal(value);
                    case 'f' -> String.format(Locale.ROOT, "%." + precision + "f", number(verb, value));
                    case 'e' -> String.format(Locale.ROOT, "%." + precision + "e", number(verb, value));
                    case 'b' ->
                        value instanceof Boolean yes
                                ? (yes ? "1" : "0")
                                : integer(verb, value).toString(2);
                    case 'o' -> integer(verb, value).toString(8);
                    case 'x' -> hexadecimal(verb, value);
                    case 'X' -> hexadecimal(verb, value).toUpperCase(Locale.ROOT);
                    default ->
                        throw new FunctionException(
                                "could not parse formatting clause: unrecognized formatting clause \"" + verb + "\"");
                });
    }

    private static FunctionException misfit(String clause, String needed, Object value) {
        return new FunctionException("error during formatting: " + clause + " clause can only be used on " + needed
                + ", was given " + typeName(value));
    }

    private static String typeName(Object value) {
        return switch (value) {
            case String _ -> "string";
            case Long _ -> "int";
            case UnsignedLong _ -> "uint";
            case Double _ -> "double";
            case Boolean _ -> "bool";
            case List<?> _ -> "list";
            case Map<?, ?> _ -> "map";
            case CelByteString _ -> "bytes";
            case NullValue _ -> "null_type";
            case Duration _ -> "google.protobuf.Duration";
            case Instant _ -> "google.protobuf.Timestamp";
            default -> "dyn";
        };
    }

    private static String decimal(Object value) {
        return switch (value) {
            case Long _, UnsignedLong _ -> value.toString();
            default -> throw misfit("decimal", "numbers", value);
        };
    }

    /** Of numbers that are not whole only those that are no numbers can be told. */
    private static String special(Double number) {
        if (number.isNaN() || number.isInfinite()) {
            return show(number);
        }
        throw misfit("decimal", "integers", number);
    }

    private static double number(char verb, Object value) {
        return switch (value) {
            case Double number -> number;
            case Long number -> number.doubleValue();
            case UnsignedLong number -> number.doubleValue();
            default -> throw misfit(verb == 'e' ? "scientific" : "fixed-point", "doubles", value);
        };
    }

    private static BigInteger integer(char verb, Object value) {
        return switch (value) {
            case Long number -> BigInteger.valueOf(number);
            case UnsignedLong number -> number.bigIntegerValue();
            default -> throw misfit(verb == 'o' ? "octal" : "binary", "integers", value);
        };
    }

    private static String hexadecimal(char verb, Object value) {
        return switch (value) {
            case String words -> HexFormat.of().formatHex(words.getBytes(StandardCharsets.UTF_8));
            case CelByteString bytes -> HexFormat.of().formatHex(bytes.toByteArray());
            case Long _, UnsignedLong _ -> integer(verb, value).toString(16);
            default -> throw misfit("hex", "integers, byte buffers, and strings", value);
        };
    }

    /** A value as {@code %s} shows it. */
    private static String show(Object value) {
        return switch (value) {
            case Double number when number.isNaN() -> "NaN";
            case Double number when number.isInfinite() -> number > 0 ? "Infinity" : "-Infinity";
            case Double number
            when number == Math.rint(number) && Math.abs(number) < 1e15 -> Long.toString(number.longValue());
            case NullValue _ -> "null";
            case CelByteString bytes -> bytes.toStringUtf8();
            case CelType type -> type.name();
            case Duration duration -> seconds(duration);
            case List<?> list -> {
                List<String> shown = new ArrayList<>(list.size());
                list.forEach(each -> shown.add(show(each)));
                yield "[" + String.join(", ", shown) + "]";
            }
            case Map<?, ?> map -> {
                List<String> shown = new ArrayList<>(map.size());
                map.forEach((key, each) -> shown.add(show(key) + ": " + show(each)));
                shown.sort(null);
                yield "{" + String.join(", ", shown) + "}";
            }
            default -> value.toString();
        };
    }

    private static String seconds(Duration duration) {
        String text = new BigDecimal(BigInteger.valueOf(duration.toNanos()), 9)
                .stripTrailingZeros()
                .toPlainString();
        return text + "s";
    }
}
