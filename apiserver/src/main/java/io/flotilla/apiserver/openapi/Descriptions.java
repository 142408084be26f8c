package io.flotilla.apiserver.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What types and fields are for, in {@code descriptions.txt}: lines of a type or a field, a tab and a sentence. A field
 * is told by {@code type field}; {@code * field} tells fields that mean the same everywhere.
 */
final class Descriptions {
    private final Map<String, String> texts = new HashMap<>();

    private Descriptions(String lines) {
        lines.lines().filter(line -> line.indexOf('\t') > 0).forEach(line -> {
            int tab = line.indexOf('\t');
            texts.put(line.substring(0, tab), line.substring(tab + 1));
        });
    }

    static Descriptions load() {
        try (InputStream in = Descriptions.class.getResourceAsStream("descriptions.txt")) {
            if (in == null) {
                throw new IllegalStateException("The program lacks its descriptions of types");
            }
            return new Descriptions(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty where there is none. */
    String of(String type) {
        return texts.getOrDefault(type, "");
    }

    /** Empty where there is none. */
    String of(String type, String field) {
        String own = texts.get(type + " " + field);
        return own != null ? own : texts.getOrDefault("* " + field, "");
    }
}
