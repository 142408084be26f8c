package io.flotilla.apiserver.pipeline;

import io.flotilla.apiserver.cache.LabelRequirement;
import io.flotilla.apiserver.cache.LabelRequirement.Operator;
import io.flotilla.apiserver.request.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reads a label selector: terms such as {@code a=b}, {@code a!=b}, {@code a in (b,c)}, {@code a}, {@code !a}. */
final class LabelSelectorParser {
    private final List<String> tokens;
    private int at;

    private LabelSelectorParser(List<String> tokens) {
        this.tokens = tokens;
    }

    /** Fails with BadRequest, in the words of Kubernetes. */
    static List<LabelRequirement> parse(String text) {
        return new LabelSelectorParser(tokens(text)).requirements();
    }

    private static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                i++;
            } else if ("=!<>".indexOf(c) >= 0) {
                int start = i;
                while (i < text.length() && "=!<>".indexOf(text.charAt(i)) >= 0) {
                    i++;
                    // "!a" after "b=" and the like: a bang starts a new operator.
                    if (i < text.length() && text.charAt(i) == '!') {
                        break;
                    }
                }
                tokens.add(text.substring(start, i));
            } else if ("(),".indexOf(c) >= 0) {
                tokens.add(String.valueOf(c));
                i++;
            } else {
                int start = i;
                while (i < text.length()
                        && "=!<>(),".indexOf(text.charAt(i)) < 0
                        && !Character.isWhitespace(text.charAt(i))) {
                    i++;
                }
                tokens.add(text.substring(start, i));
            }
        }
        return tokens;
    }

    private List<LabelRequirement> requirements() {
        List<LabelRequirement> found = new ArrayList<>();
        while (at < tokens.size()) {
            found.add(requirement());
            if (at == tokens.size()) {
                break;
            }
            if (!tokens.get(at).equals(",")) {
                throw unexpectedBetween("',' or 'end of string'");
            }
            at++;
            if (at == tokens.size() || !(tokens.get(at).equals("!") || isWord(tokens.get(at)))) {
                throw unexpectedBetween("identifier after ','");
            }
        }
        return found;
    }

    private LabelRequirement requirement() {
        if (peek().equals("!")) {
            at++;
            return new LabelRequirement(key(), Operator.DOES_NOT_EXIST, Set.of());
        }
        String key = key();
        String operator = peek();
        if (operator.isEmpty() || operator.equals(",")) {
            return new LabelRequirement(key, Operator.EXISTS, Set.of());
        }
        at++;
        return switch (operator) {
            case "=", "==" -> new LabelRequirement(key, Operator.IN, Set.of(exact()));
            case "!=" -> new LabelRequirement(key, Operator.NOT_IN, Set.of(exact()));
            case "in" -> new LabelRequirement(key, Operator.IN, values());
            case "notin" -> new LabelRequirement(key, Operator.NOT_IN, values());
            case ">" -> new LabelRequirement(key, Operator.GREATER_THAN, Set.of(number(key)));
            case "<" -> new LabelRequirement(key, Operator.LESS_THAN, Set.of(number(key)));
            default -> {
                at--;
                throw unexpected("in, notin, =, ==, !=, gt, lt");
            }
        };
    }

    private String key() {
        if (!isWord(peek())) {
            throw unexpected("!, identifier, or 'end of string'");
        }
        String key = tokens.get(at++);
        int slash = key.indexOf('/');
        String name = key.substring(slash + 1);
        if (!isQualifiedName(name) || slash == 0) {
            throw StatusException.badRequest("unable to parse requirement: <nil>: Invalid value: \"" + key
                    + "\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
                    + " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
                    + " validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
        }
        return key;
    }

    private String exact() {
        String value = peek();
        if (value.isEmpty() || value.equals(",")) {
            return "";
        }
        if (!isWord(value)) {
            throw unexpected("identifier");
        }
        at++;
        return value(value);
    }

    private String number(String key) {
        String value = exact();
        try {
            Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw StatusException.badRequest("unable to parse requirement: values[0][" + key + "]: Invalid value: \""
                    + value + "\": for 'Gt', 'Lt' operators, the value must be an integer");
        }
        return value;
    }

    private Set<String> values() {
        if (!peek().equals("(")) {
            throw unexpected("'('");
        }
        at++;
        Set<String> values = new TreeSet<>();
        while (true) {
            String token = peek();
            if (token.equals(")") || token.equals(",")) {
                values.add("");
            } else if (isWord(token)) {
                values.add(value(token));
                at++;
            } else {
                throw unexpected("',', ')' or identifier");
            }
            String next = peek();
            at++;
            if (next.equals(")")) {
                return values;
            }
            if (!next.equals(",")) {
                at--;
                throw unexpected("',' or ')'");
            }
        }
    }

    private static String value(String value) {
        if (value.length() > 63 || !isQualifiedName(value)) {
            throw StatusException.badRequest("unable to parse requirement: values[0]: Invalid value: \"" + value
                    + "\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or"
                    + " '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value', "
                    + " or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
        }
        return value;
    }

    private static boolean isQualifiedName(String name) {
        if (name.isEmpty() || !isAlphanumeric(name.charAt(0)) || !isAlphanumeric(name.charAt(name.length() - 1))) {
            return false;
        }
        return name.chars().allMatch(c -> isAlphanumeric((char) c) || c == '-' || c == '_' || c == '.');
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean isWord(String token) {
        return !token.isEmpty() && "=!<>(),".indexOf(token.charAt(0)) < 0;
    }

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private StatusException unexpected(String expected) {
        return StatusException.badRequest("unable to parse requirement: found '" + peek() + "', expected: " + expected);
    }

    /** As {@link #unexpected}, where no requirement is being read. */
    private StatusException unexpectedBetween(String expected) {
        return StatusException.badRequest("found '" + peek() + "', expected: " + expected);
    }
}
