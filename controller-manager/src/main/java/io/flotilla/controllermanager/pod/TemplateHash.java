package io.flotilla.controllermanager.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.machinery.object.ObjectJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A short name for the content of an object: FNV-1a over its JSON with keys in order, written with characters that make no
 * words.
 */
public final class TemplateHash {
    private static final String SAFE = "bcdfghjklmnpqrstvwxz2456789";

    private TemplateHash() {}

    /**
     * Returns the hash.
     *
     * @param collisions how often the hash was found to be taken by other content
     */
    public static String of(Object content, int collisions) {
        StringBuilder canonical = new StringBuilder();
        write(ObjectJson.mapper().valueToTree(content), canonical);
        if (collisions > 0) {
            canonical.append('#').append(collisions);
        }
        int hash = 0x811c9dc5;
        for (byte b : canonical.toString().getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x01000193;
        }
        return safe(Integer.toUnsignedString(hash));
    }

    private static String safe(String digits) {
        return digits.chars()
                .mapToObj(digit -> String.valueOf(SAFE.charAt(digit % SAFE.length())))
                .collect(Collectors.joining());
    }

    private static void write(JsonNode node, StringBuilder to) {
        switch (node) {
            case ObjectNode object -> {
                List<String> names = new ArrayList<>();
                object.fieldNames().forEachRemaining(names::add);
                names.sort(null);
                to.append('{');
                for (String name : names) {
                    to.append(name).append(':');
                    write(object.get(name), to);
                    to.append(',');
                }
                to.append('}');
            }
            case ArrayNode array -> {
                to.append('[');
                array.forEach(item -> {
                    write(item, to);
                    to.append(',');
                });
                to.append(']');
            }
            default -> to.append(node);
        }
    }
}
