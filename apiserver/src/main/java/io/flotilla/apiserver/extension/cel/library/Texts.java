package io.flotilla.apiserver.extension.cel.library;

import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import java.util.List;

/** What the language's own library of texts lacks. */
final class Texts {
    private Texts() {}

    static void addTo(Functions functions) {
        functions.member(
                "format",
                "string_format",
                SimpleType.STRING,
                List.of(SimpleType.STRING, ListType.create(SimpleType.DYN)),
                String.class,
                List.class,
                TextFormat::format);
    }
}
