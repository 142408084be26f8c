package io.flotilla.apiserver.registry.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PEM texts in fields of bytes. */
final class Pem {
    private static final Pattern BLOCK = Pattern.compile(
            "(?:^|\\n)-----BEGIN ([^\\n]+?)-----[ \\t\\r]*\\n((?:[^\\n]*:[^\\n]*\\n)*)([^-]*)\\n?-----END \\1-----");

    private Pem() {}

    /** A block: what it holds, as its bytes and as it says. */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    record Block(String type, boolean headers, byte[] content) {}

    /** The blocks of the text behind a base64 value; what stands between them, and what cannot be read, is skipped. */
    static List<Block> blocks(JsonNode value) {
        List<Block> blocks = new ArrayList<>();
        Matcher found = BLOCK.matcher(text(value));
        while (found.find()) {
            String content = found.group(3).replaceAll("\\s", "");
            decode(content)
                    .ifPresent(bytes ->
                            blocks.add(new Block(found.group(1), !found.group(2).isEmpty(), bytes)));
        }
        return blocks;
    }

    private static String text(JsonNode value) {
        return decode(value.asText())
                .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1))
                .orElse("");
    }

    private static Optional<byte[]> decode(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
