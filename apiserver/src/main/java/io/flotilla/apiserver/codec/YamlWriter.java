package io.flotilla.apiserver.codec;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Block YAML as kubectl prints it: sorted keys, lists at the indent of their key, quotes only where needed. */
final class YamlWriter {
    private static final Pattern PLAIN = Pattern.compile(
            "[A-Za-z0-9_./$(][A-Za-z0-9_./$()@%+,=;{}<>*&!?^~\\-]*" + "(?:[: ]?[A-Za-z0-9_./$()@%+,=;<>*&!?^~\\-]+)*");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d?-\\d\\d?.*");

    private final StringBuilder out = new StringBuilder();

    String write(JsonNode tree) {
        if (tree.isObject() && !tree.isEmpty()) {
            object(tree, "", false);
        } else if (tree.isArray() && !tree.isEmpty()) {
            array(tree, "");
        } else {
            scalar(tree, "");
            out.append('\n');
        }
        return out.toString();
    }

    private void object(JsonNode object, String indent, boolean inline) {
        List<String> keys = new ArrayList<>();
        object.fieldNames().forEachRemaining(keys::add);
        keys.sort(Utf8Order.INSTANCE);
        boolean first = inline;
        for (String key : keys) {
            out.append(first ? "" : indent);
            first = false;
            out.append(isPlain(key) ? key : quoted(key)).append(':');
            JsonNode value = object.get(key);
            if (value.isObject() && !value.isEmpty()) {
                out.append('\n');
                object(value, indent + "  ", false);
            } else if (value.isArray() && !value.isEmpty()) {
                out.append('\n');
                array(value, indent);
            } else {
                out.append(' ');
                scalar(value, indent + "  ");
                out.append('\n');
            }
        }
    }

    private void array(JsonNode array, String indent) {
        for (JsonNode item : array) {
            out.append(indent).append("- ");
            if (item.isObject() && !item.isEmpty()) {
                object(item, indent + "  ", true);
            } else if (item.isArray() && !item.isEmpty()) {
                out.append('\n');
                array(item, indent + "  ");
            } else {
                scalar(item, indent + "  ");
                out.append('\n');
            }
        }
    }

    private void scalar(JsonNode value, String indent) {
        if (!value.isTextual()) {
            out.append(value);
            return;
        }
        String text = value.textValue();
        if (isLiteral(text)) {
            literal(text, indent);
        } else {
            out.append(isPlain(text) ? text : quoted(text));
        }
    }

    private static boolean isPlain(String text) {
        return text.length() < 1000
                && PLAIN.matcher(text).matches()
                && !DATE.matcher(text).matches()
                && YamlScalars.resolve(text).isTextual();
    }

    /** Several lines of printable text, the first not indented. */
    private static boolean isLiteral(String text) {
        if (text.indexOf('\n') < 0 || text.charAt(0) == ' ' || text.charAt(0) == '\n' || text.charAt(0) == '\t') {
            return false;
        }
        return text.chars()
                .allMatch(c -> c == '\n'
                        || c == '\t'
                        || (c >= 0x20 && c < 0x7f)
                        || (c >= 0xa0 && c < 0xd800 && c != 0x2028 && c != 0x2029));
    }

    private void literal(String text, String indent) {
        String body = text;
        if (!text.endsWith("\n")) {
            out.append("|-");
        } else if (text.endsWith("\n\n")) {
            out.append("|+");
            body = text.substring(0, text.length() - 1);
        } else {
            out.append('|');
            body = text.substring(0, text.length() - 1);
        }
        for (String line : body.split("\n", -1)) {
            out.append('\n').append(line.isEmpty() ? "" : indent).append(line);
        }
    }

    /** JSON's strings are YAML's, but for what YAML takes for line breaks. */
    private static String quoted(String text) {
        String json = new String(JsonCodec.encode(JsonCodec.text(text)), StandardCharsets.UTF_8);
        StringBuilder safe = new StringBuilder(json.length());
        json.chars().forEach(c -> {
            if (c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff) {
                safe.append(String.format("\\u%04x", c));
            } else {
                safe.append((char) c);
            }
        });
        return safe.toString();
    }
}
