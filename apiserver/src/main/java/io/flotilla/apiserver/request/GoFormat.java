package io.flotilla.apiserver.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** How Go's {@code fmt} prints values that were read from JSON, where a number is always a {@code float64}. */
public final class GoFormat {
    private static final String MAP = "map[string]interface {}";
    private static final String LIST = "[]interface {}";
    /** From this exponent on, and below the least, a number is printed with one. */
    private static final int MOST_EXPONENT = 6;

    private static final int LEAST_EXPONENT = -4;

    private GoFormat() {}

    /** As {@code %v} has it: {@code map[a:b c:[1 2]]}. */
    public static String plain(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> fields(value, "map[", ":", " ", "]", GoFormat::plain);
            case ARRAY ->
                StreamSupport.stream(value.spliterator(), false)
                        .map(GoFormat::plain)
                        .collect(Collectors.joining(" ", "[", "]"));
            case NULL, MISSING -> "<nil>";
            case NUMBER -> number(value);
            case STRING, BOOLEAN, BINARY, POJO -> value.asText();
        };
    }

    /** As {@code %#v} has it: {@code map[string]interface {}{"a":"b"}}. */
    public static String syntax(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> fields(value, MAP + "{", ":", ", ", "}", GoFormat::syntax);
            case ARRAY ->
                StreamSupport.stream(value.spliterator(), false)
                        .map(GoFormat::syntax)
                        .collect(Collectors.joining(", ", LIST + "{", "}"));
            case NULL, MISSING -> "interface {}(nil)";
            case NUMBER -> number(value);
            case STRING -> Quoting.quote(value.textValue());
            case BOOLEAN, BINARY, POJO -> value.asText();
        };
    }

    /** As {@code %T} has it. */
    public static String typeName(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> MAP;
            case ARRAY -> LIST;
            case NULL, MISSING -> "<nil>";
            case NUMBER -> "float64";
            case BOOLEAN -> "bool";
            case STRING, BINARY, POJO -> "string";
        };
    }

    private static String fields(
            JsonNode object, String start, String colon, String comma, String end, Function<JsonNode, String> print) {
        boolean quoted = start.endsWith("{");
        return object.properties().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each ->
                        (quoted ? Quoting.quote(each.getKey()) : each.getKey()) + colon + print.apply(each.getValue()))
                .collect(Collectors.joining(comma, start, end));
    }

    private static String number(JsonNode value) {
        double number = value.doubleValue();
        if (number == 0) {
            return "0";
        }
        BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= LEAST_EXPONENT && exponent < MOST_EXPONENT) {
            return digits.toPlainString();
        }
        String mantissa = digits.movePointLeft(exponent).toPlainString();
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }
}
