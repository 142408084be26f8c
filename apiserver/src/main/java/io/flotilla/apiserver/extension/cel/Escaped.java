package io.flotilla.apiserver.extension.cel;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Property names as expressions spell them: CEL has fewer identifiers than JSON. */
final class Escaped {
    private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final Set<String> RESERVED = Set.of(
            "true",
            "false",
            "null",
            "in",
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while");
    private static final Map<Character, String> SIGNS = Map.of('.', "__dot__", '-', "__dash__", '/', "__slash__");

    private Escaped() {}

    /** Empty for names that no expression can reach. */
    static Optional<String> of(String name) {
        if (RESERVED.contains(name)) {
            return Optional.of("__" + name + "__");
        }
        StringBuilder text = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_' && i + 1 < name.length() && name.charAt(i + 1) == '_') {
                text.append("__underscores__");
                i++;
            } else {
                text.append(SIGNS.getOrDefault(c, String.valueOf(c)));
            }
        }
        return IDENTIFIER.matcher(text).matches() ? Optional.of(text.toString()) : Optional.empty();
    }
}
