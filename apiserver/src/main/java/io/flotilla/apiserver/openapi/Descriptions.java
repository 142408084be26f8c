package io.flotilla.apiserver.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What types and fields are for, in {@code descriptions.txt}: a line of a type, a tab and a sentence, then lines of its
 * fields, each with a tab and a sentence. Under {@code *} are fields that mean the same everywhere unless a type says
 * otherwise. Of a size to be read for each document that is built and then dropped.
 */
final class Descriptions {
    private static final String EVERY_TYPE = "*";

    private final Map<String, String> texts = new HashMap<>();

    private Descriptions(List<String> lines) {
        String type = "";
        for (String line : lines) {
            int tab = line.indexOf('\t');
            String key = tab < 0 ? line : line.substring(0, tab);
            boolean field = key.indexOf('.') < 0 && !key.equals(EVERY_TYPE);
            if (!field) {
                type = key;
            }
            if (tab > 0) {
                texts.put(field ? type + " " + key : type, line.substring(tab + 1));
            }
        }
    }

    static Descriptions load() {
        try (InputStream in = Descriptions.class.getResourceAsStream("descriptions.txt")) {
            if (in == null) {
                throw new IllegalStateException("The program lacks its descriptions of types");
            }
            return new Descriptions(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
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
        return own != null ? own : texts.getOrDefault(EVERY_TYPE + " " + field, "");
    }

    /** All of them, by {@code type} or {@code type field}. */
    Map<String, String> all() {
        return Map.copyOf(texts);
    }
}
