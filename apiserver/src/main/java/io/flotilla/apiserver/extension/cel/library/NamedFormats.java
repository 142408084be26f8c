package io.flotilla.apiserver.extension.cel.library;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import java.util.List;
import java.util.Optional;

/** Formats by name: {@code format.dns1123Label().validate(self.name)}. */
final class NamedFormats {
    private static final CelType FORMAT = OpaqueType.create("kubernetes.NamedFormat");

    private NamedFormats() {}

    static void addTo(Functions functions) {
        NamedFormat.ALL.forEach((name, format) -> functions.constant("format." + name, FORMAT, format));
        functions.global(
                "format.named",
                "format-named",
                OptionalType.create(FORMAT),
                SimpleType.STRING,
                String.class,
                name -> Optional.ofNullable(NamedFormat.ALL.get(name)));
        functions.member(
                "validate",
                "format-validate",
                OptionalType.create(ListType.create(SimpleType.STRING)),
                List.of(FORMAT, SimpleType.STRING),
                NamedFormat.class,
                String.class,
                (format, text) -> {
                    List<String> wrong = format.rule().apply(text);
                    return wrong.isEmpty() ? Optional.empty() : Optional.of(wrong);
                });
    }
}
