package io.flotilla.apiserver.registry.validation;

import java.util.Set;
import java.util.regex.Pattern;

/** The names that CEL has for things, and those that it keeps for itself. */
public final class CelIdentifiers {
    private static final Pattern IDENTIFIER = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");
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

    private CelIdentifiers() {}

    /** Whether the text has the form of a name; it may be reserved. */
    public static boolean isWord(String text) {
        return IDENTIFIER.matcher(text).matches();
    }

    public static boolean isReserved(String text) {
        return RESERVED.contains(text);
    }
}
