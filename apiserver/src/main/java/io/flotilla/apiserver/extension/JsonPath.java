package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSONPath of printer columns and scales, such as {@code .status.conditions[?(@.type=="Ready")].status}. Finds the
 * first match only. Immutable.
 */
public final class JsonPath {
    private final List<Step> steps;

    private sealed interface Step {
        record Name(String name) implements Step {}

        /** Counted from the end if negative. */
        record Index(int index) implements Step {}

        record All() implements Step {}

        record Filter(JsonPath left, String operator, String right) implements Step {}
    }

    private JsonPath(List<Step> steps) {
        this.steps = steps;
    }

    /**
     * Reads a path.
     *
     * @throws IllegalArgumentException it is none
     */
    public static JsonPath parse(String text) {
        return new Parser(text).path();
    }

    /** Names of a path that has nothing else in it; empty for others. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (Step step : steps) {
            if (!(step instanceof Step.Name(String name))) {
                return List.of();
            }
            names.add(name);
        }
        return names;
    }

    /** The first value found; a missing node if there is none. */
    public JsonNode find(JsonNode root) {
        return find(root, 0);
    }

    private JsonNode find(JsonNode value, int at) {
        if (at == steps.size()) {
            return value;
        }
        return switch (steps.get(at)) {
            case Step.Name(String name) -> value.has(name) ? find(value.get(name), at + 1) : MissingNode.getInstance();
            case Step.Index(int index) -> {
                int place = index < 0 ? value.size() + index : index;
                yield value.isArray() && value.has(place) ? find(value.get(place), at + 1) : MissingNode.getInstance();
            }
            case Step.All _ -> first(value, at, null);
            case Step.Filter filter -> first(value, at, filter);
        };
    }

    private JsonNode first(JsonNode value, int at, Step.@Nullable Filter filter) {
        for (JsonNode each : value) {
            if (filter != null && !holds(filter, each)) {
                continue;
            }
            JsonNode found = find(each, at + 1);
            if (!found.isMissingNode()) {
                return found;
            }
        }
        return MissingNode.getInstance();
    }

    private static boolean holds(Step.Filter filter, JsonNode value) {
        JsonNode left = filter.left().find(value);
        if (filter.operator().isEmpty()) {
            return !left.isMissingNode();
        }
        if (left.isMissingNode()) {
            return false;
        }
        String text = left.asText();
        int order;
        if (left.isNumber() && filter.right().matches("-?\\d+(\\.\\d+)?")) {
            order = Double.compare(left.doubleValue(), Double.parseDouble(filter.right()));
        } else {
            order = text.compareTo(filter.right());
        }
        return switch (filter.operator()) {
            case "==" -> order == 0;
            case "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text.startsWith("{") && text.endsWith("}") ? text.substring(1, text.length() - 1) : text;
        }

        JsonPath path() {
            if (at < text.length() && (text.charAt(at) == '$' || text.charAt(at) == '@')) {
                at++;
            }
            List<Step> steps = new ArrayList<>();
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '.') {
                    at++;
                    if (at < text.length() && text.charAt(at) == '*') {
                        at++;
                        steps.add(new Step.All());
                    } else if (at < text.length() && text.charAt(at) != '[') {
                        steps.add(new Step.Name(name()));
                    }
                } else if (c == '[') {
                    steps.add(bracket());
                } else {
                    throw new IllegalArgumentException("unexpected character " + c);
                }
            }
            return new JsonPath(steps);
        }

        private String name() {
            StringBuilder name = new StringBuilder();
            while (at < text.length() && ".[".indexOf(text.charAt(at)) < 0) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                name.append(text.charAt(at++));
            }
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a name is missing");
            }
            return name.toString();
        }

        private Step bracket() {
            int end = closing();
            String inside = text.substring(at + 1, end).strip();
            at = end + 1;
            if (inside.equals("*") || inside.equals(":")) {
                return new Step.All();
            }
            if (inside.startsWith("?(") && inside.endsWith(")")) {
                return filter(inside.substring(2, inside.length() - 1).strip());
            }
            if (inside.length() > 1 && (inside.charAt(0) == '\'' || inside.charAt(0) == '"')) {
                return new Step.Name(inside.substring(1, inside.length() - 1));
            }
            try {
                return new Step.Index(Integer.parseInt(inside));
            } catch (NumberFormatException _) {
                throw new IllegalArgumentException("invalid array index " + inside);
            }
        }

        private int closing() {
            char quote = 0;
            for (int i = at + 1; i < text.length(); i++) {
                char c = text.charAt(i);
                if (quote != 0) {
                    quote = c == quote ? 0 : quote;
                } else if (c == '\'' || c == '"') {
                    quote = c;
                } else if (c == ']') {
                    return i;
                }
            }
            throw new IllegalArgumentException("unterminated array");
        }

        private static Step filter(String inside) {
            for (String operator : List.of("==", "!=", "<=", ">=", "<", ">")) {
                int place = inside.indexOf(operator);
                if (place > 0) {
                    String right = inside.substring(place + operator.length()).strip();
                    boolean quoted = right.length() > 1 && (right.charAt(0) == '"' || right.charAt(0) == '\'');
                    return new Step.Filter(
                            parse(inside.substring(0, place).strip()),
                            operator,
                            quoted ? right.substring(1, right.length() - 1) : right);
                }
            }
            return new Step.Filter(parse(inside), "", "");
        }
    }
}
