package io.flotilla.apiserver.registry.validation;

import java.util.ArrayList;
import java.util.List;

/**
 * The formats of names. Each check returns what is wrong, in Kubernetes' words, and nothing for a good name. The
 * patterns in the messages are what is checked, by hand: names are checked on every write.
 */
public final class Names {
    private static final String LABEL_PATTERN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN_PATTERN = LABEL_PATTERN + "(\\." + LABEL_PATTERN + ")*";
    private static final String QUALIFIED_PATTERN = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private static final int LABEL_LENGTH = 63;
    private static final int SUBDOMAIN_LENGTH = 253;

    private Names() {}

    /** How the name of a kind is checked; a prefix (generateName) may end in a dash. */
    @FunctionalInterface
    public interface Rule {
        List<String> check(String name);

        default List<String> checkPrefix(String prefix) {
            return check(maskTrailingDash(prefix));
        }
    }

    /** A prefix with its trailing dash, which something is to follow, out of the way. */
    public static String maskTrailingDash(String prefix) {
        return prefix.length() > 1 && prefix.endsWith("-") ? prefix.substring(0, prefix.length() - 2) + "a" : prefix;
    }

    public static List<String> label(String value) {
        List<String> found = new ArrayList<>(0);
        tooLong(value, LABEL_LENGTH, found);
        if (!isLabel(value)) {
            found.add(
                    isSubdomain(value)
                            ? "must not contain dots"
                            : pattern(
                                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and"
                                            + " must start and end with an alphanumeric character",
                                    LABEL_PATTERN,
                                    "my-name",
                                    "123-abc"));
        }
        return found;
    }

    public static List<String> subdomain(String value) {
        List<String> found = new ArrayList<>(0);
        tooLong(value, SUBDOMAIN_LENGTH, found);
        if (!isSubdomain(value)) {
            found.add(pattern(
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must"
                            + " start and end with an alphanumeric character",
                    SUBDOMAIN_PATTERN,
                    "example.com"));
        }
        return found;
    }

    /** A search path of DNS: a subdomain whose labels may hold underscores. */
    public static List<String> subdomainWithUnderscore(String value) {
        List<String> found = new ArrayList<>(0);
        tooLong(value, SUBDOMAIN_LENGTH, found);
        if (!isSubdomain(value.replaceAll("(^|\\.)_", "$1").replace('_', '-'))) {
            String label = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
            found.add(pattern(
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and"
                            + " must start and end with an alphanumeric character",
                    label + "(\\." + label + ")*",
                    "example.com"));
        }
        return found;
    }

    public static List<String> wildcardSubdomain(String value) {
        List<String> found = new ArrayList<>(0);
        tooLong(value, SUBDOMAIN_LENGTH, found);
        if (!value.startsWith("*.") || !isSubdomain(value.substring(2))) {
            found.add(pattern(
                    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must"
                            + " consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric"
                            + " character",
                    "\\*\\." + SUBDOMAIN_PATTERN,
                    "*.example.com"));
        }
        return found;
    }

    public static List<String> dns1035Label(String value) {
        List<String> found = new ArrayList<>(0);
        tooLong(value, LABEL_LENGTH, found);
        if (!isLabel(value) || !isLower(value.charAt(0))) {
            found.add(pattern(
                    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic"
                            + " character, and end with an alphanumeric character",
                    "[a-z]([-a-z0-9]*[a-z0-9])?",
                    "my-name",
                    "abc-123"));
        }
        return found;
    }

    /** A label key, annotation key, resource name or finalizer: a name with an optional DNS prefix. */
    public static List<String> qualified(String value) {
        List<String> found = new ArrayList<>(0);
        int slash = value.indexOf('/');
        String words = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
                + " alphanumeric character";
        if (slash >= 0 && value.indexOf('/', slash + 1) >= 0) {
            found.add("a qualified name "
                    + pattern(words, QUALIFIED_PATTERN, "MyName", "my.name", "123-abc")
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
            return found;
        }
        String name = value;
        if (slash >= 0) {
            String prefix = value.substring(0, slash);
            name = value.substring(slash + 1);
            if (prefix.isEmpty()) {
                found.add("prefix part must be non-empty");
            } else {
                subdomain(prefix).forEach(message -> found.add("prefix part " + message));
            }
        }
        if (name.isEmpty()) {
            found.add("name part must be non-empty");
        } else if (name.length() > LABEL_LENGTH) {
            found.add("name part must be no more than 63 bytes");
        }
        if (!isQualifiedPart(name)) {
            found.add("name part " + pattern(words, QUALIFIED_PATTERN, "MyName", "my.name", "123-abc"));
        }
        return found;
    }

    public static List<String> labelValue(String value) {
        if (value.isEmpty()) {
            return List.of();
        }
        List<String> found = new ArrayList<>(0);
        tooLong(value, LABEL_LENGTH, found);
        if (!isQualifiedPart(value)) {
            found.add(pattern(
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must"
                            + " start and end with an alphanumeric character",
                    "(" + QUALIFIED_PATTERN + ")?",
                    "MyValue",
                    "my_value",
                    "12345"));
        }
        return found;
    }

    /** A key of a ConfigMap or Secret. */
    public static List<String> configKey(String value) {
        List<String> found = new ArrayList<>(0);
        tooLong(value, SUBDOMAIN_LENGTH, found);
        if (value.isEmpty()
                || !value.chars().allMatch(c -> isAlphanumeric((char) c) || c == '-' || c == '.' || c == '_')) {
            found.add(pattern(
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                    "[-._a-zA-Z0-9]+",
                    "key.name",
                    "KEY_NAME",
                    "key-name"));
        }
        if (value.equals(".")) {
            found.add("must not be '.'");
        } else if (value.equals("..")) {
            found.add("must not be '..'");
        } else if (value.startsWith("..")) {
            found.add("must not start with '..'");
        }
        return found;
    }

    /** The name of an environment variable, by the relaxed rule. */
    public static List<String> environmentVariable(String value) {
        if (value.isEmpty()) {
            return List.of("environment variable name must be non-empty");
        }
        return value.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '=')
                ? List.of()
                : List.of(
                        "a valid environment variable name must consist only of printable ASCII characters other than '='");
    }

    public static List<String> portName(String value) {
        List<String> found = new ArrayList<>(0);
        tooLong(value, 15, found);
        if (value.isEmpty() || !value.chars().allMatch(c -> isLower((char) c) || isDigit((char) c) || c == '-')) {
            found.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }
        if (value.chars().noneMatch(c -> isLower((char) c))) {
            found.add("must contain at least one letter (a-z)");
        }
        if (value.contains("--")) {
            found.add("must not contain consecutive hyphens");
        }
        if (value.startsWith("-") || value.endsWith("-")) {
            found.add("must not begin or end with a hyphen");
        }
        return found;
    }

    public static List<String> httpHeader(String value) {
        boolean good = !value.isEmpty() && value.chars().allMatch(c -> isAlphanumeric((char) c) || c == '-');
        return good
                ? List.of()
                : List.of(pattern(
                        "a valid HTTP header must consist of alphanumeric characters or '-'",
                        "[-A-Za-z0-9]+",
                        "X-Header-Name"));
    }

    /** A name that is one segment of a path: RBAC objects, and what every name must be at least. */
    public static List<String> pathSegment(String value) {
        if (value.equals(".") || value.equals("..")) {
            return List.of("may not be '" + value + "'");
        }
        List<String> found = new ArrayList<>(0);
        for (String illegal : List.of("/", "%")) {
            if (value.contains(illegal)) {
                found.add("may not contain '" + illegal + "'");
            }
        }
        return found;
    }

    /** {@link #pathSegment} as a rule: dots are fine in a prefix. */
    public static final Rule PATH_SEGMENT = new Rule() {
        @Override
        public List<String> check(String name) {
            return pathSegment(name);
        }

        @Override
        public List<String> checkPrefix(String prefix) {
            return prefix.equals(".") || prefix.equals("..") ? List.of() : pathSegment(prefix);
        }
    };

    /** The words about a pattern, with examples, as Kubernetes puts them (two spaces before "or" included). */
    public static String pattern(String words, String pattern, String... examples) {
        StringBuilder out = new StringBuilder(words);
        out.append(" (");
        for (int i = 0; i < examples.length; i++) {
            out.append(i == 0 ? "e.g. '" : " or '").append(examples[i]).append("', ");
        }
        return out.append("regex used for validation is '")
                .append(pattern)
                .append("')")
                .toString();
    }

    private static void tooLong(String value, int max, List<String> found) {
        if (value.length() > max) {
            found.add("must be no more than " + max + " bytes");
        }
    }

    public static boolean isLabel(String value) {
        return isLabel(value, 0, value.length());
    }

    public static boolean isSubdomain(String value) {
        int start = 0;
        while (true) {
            int dot = value.indexOf('.', start);
            int end = dot < 0 ? value.length() : dot;
            if (!isLabel(value, start, end)) {
                return false;
            }
            if (dot < 0) {
                return true;
            }
            start = dot + 1;
        }
    }

    private static boolean isLabel(String value, int start, int end) {
        if (start >= end || value.charAt(start) == '-' || value.charAt(end - 1) == '-') {
            return false;
        }
        for (int i = start; i < end; i++) {
            char c = value.charAt(i);
            if (!isLower(c) && !isDigit(c) && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isQualifiedPart(String value) {
        if (value.isEmpty() || !isAlphanumeric(value.charAt(0)) || !isAlphanumeric(value.charAt(value.length() - 1))) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isAlphanumeric(c) && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isAlphanumeric(char c) {
        return isLower(c) || isDigit(c) || (c >= 'A' && c <= 'Z');
    }
}
