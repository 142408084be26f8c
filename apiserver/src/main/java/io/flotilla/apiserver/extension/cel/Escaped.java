package io.flotilla.apiserver.extension.cel;

import io.flotilla.apiserver.registry.validation.CelIdentifiers;
import java.util.Map;
import java.util.Optional;

/** Property names as expressions spell them: CEL has fewer identifiers than JSON. */
final class Escaped {
    private static final Map<Character, String> SIGNS = Map.of('.', "__dot__", '-', "__dash__", '/', "__slash__");

    private Escaped() {}

    /** Empty for names that no expression can reach. */
    static Optional<String> of(String name) {
        if (CelIdentifiers.isReserved(name)) {
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
        return CelIdentifiers.isWord(text.toString()) ? Optional.of(text.toString()) : Optional.empty();
    }
}
