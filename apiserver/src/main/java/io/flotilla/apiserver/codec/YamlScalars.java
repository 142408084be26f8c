package io.flotilla.apiserver.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What plain scalars mean in the YAML 1.1 of Kubernetes' tools. */
final class YamlScalars {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Set<String> TRUE =
            Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
    private static final Set<String> FALSE =
            Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
    private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern INFINITE = Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
    /** As long as JSON may have them. */
    private static final int LONGEST_NUMBER = 400;

    private YamlScalars() {}

    static JsonNode resolve(String text) {
        if (NULL.contains(text)) {
            return NODES.nullNode();
        }
        if (TRUE.contains(text)) {
            return NODES.booleanNode(true);
        }
        if (FALSE.contains(text)) {
            return NODES.booleanNode(false);
        }
        char first = text.charAt(0);
        if (text.length() <= LONGEST_NUMBER
                && (first == '+' || first == '-' || first == '.' || (first >= '0' && first <= '9'))) {
            if (INFINITE.matcher(text).matches()) {
                throw new MalformedException("json: unsupported value: " + text);
            }
            JsonNode number = number(text.replace("_", ""));
            if (number != null) {
                return number;
            }
        }
        return NODES.textNode(text);
    }

    private static @Nullable JsonNode number(String text) {
        int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        String digits = text.substring(sign);
        int radix = 10;
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            radix = 16;
            digits = digits.substring(2);
        } else if (digits.startsWith("0b") || digits.startsWith("0B")) {
            radix = 2;
            digits = digits.substring(2);
        } else if (digits.startsWith("0o") || digits.startsWith("0O")) {
            radix = 8;
            digits = digits.substring(2);
        } else if (digits.length() > 1 && digits.startsWith("0")) {
            radix = 8;
        }
        boolean integer = !digits.isEmpty();
        for (int i = 0; i < digits.length(); i++) {
            integer &= digits.charAt(i) < 128 && Character.digit(digits.charAt(i), radix) >= 0;
        }
        if (integer) {
            BigInteger value = new BigInteger(digits, radix);
            BigInteger signed = text.startsWith("-") ? value.negate() : value;
            if (signed.bitLength() < 32) {
                return NODES.numberNode(signed.intValue());
            }
            return signed.bitLength() < 64 ? NODES.numberNode(signed.longValue()) : finite(signed.doubleValue());
        }
        return FLOAT.matcher(text).matches() ? finite(Double.parseDouble(text)) : null;
    }

    /** What no double can hold is no number. */
    private static @Nullable JsonNode finite(double value) {
        return Double.isInfinite(value) ? null : NODES.numberNode(value);
    }
}
