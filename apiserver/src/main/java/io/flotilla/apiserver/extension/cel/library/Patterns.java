package io.flotilla.apiserver.extension.cel.library;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import java.util.ArrayList;
import java.util.List;

/** Searches by regular expressions: {@code find} and {@code findAll}. */
final class Patterns {
    private static final CelType STRING = SimpleType.STRING;

    private Patterns() {}

    static void addTo(Functions functions) {
        functions.member(
                "find",
                "string_find_string",
                STRING,
                List.of(STRING, STRING),
                String.class,
                String.class,
                (text, pattern) -> {
                    Matcher matcher = compile(pattern).matcher(text);
                    return matcher.find() ? matcher.group() : "";
                });
        functions.member(
                "findAll",
                "string_find_all_string",
                ListType.create(STRING),
                List.of(STRING, STRING),
                String.class,
                String.class,
                (text, pattern) -> findAll(text, pattern, -1));
        functions.member(
                "findAll",
                "string_find_all_string_int",
                ListType.create(STRING),
                List.of(STRING, STRING, SimpleType.INT),
                List.of(String.class, String.class, Long.class),
                arguments -> findAll((String) arguments[0], (String) arguments[1], (Long) arguments[2]));
    }

    private static Pattern compile(String pattern) {
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new FunctionException("Illegal regex: " + e.getMessage());
        }
    }

    private static List<Object> findAll(String text, String pattern, long most) {
        List<Object> found = new ArrayList<>();
        Matcher matcher = compile(pattern).matcher(text);
        while ((most < 0 || found.size() < most) && matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }
}
