package io.flotilla.kubelet.env;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code $(NAME)} in commands, arguments and variables; {@code $$} is a dollar sign, an unknown name stays as it is. */
public final class Expansion {
    private Expansion() {}

    public static String expand(String text, Function<String, @Nullable String> values) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != '$' || i + 1 == text.length()) {
                out.append(c);
                i++;
                continue;
            }
            char next = text.charAt(i + 1);
            int close = next == '(' ? text.indexOf(')', i + 2) : -1;
            if (next == '$') {
                out.append('$');
                i += 2;
            } else if (close > 0) {
                String name = text.substring(i + 2, close);
                String value = values.apply(name);
                out.append(value == null ? "$(" + name + ")" : value);
                i = close + 1;
            } else {
                out.append(c);
                i++;
            }
        }
        return out.toString();
    }
}
