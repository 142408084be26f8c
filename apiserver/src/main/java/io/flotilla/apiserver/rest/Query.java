package io.flotilla.apiserver.rest;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The query of a request: names with their values, decoded. */
final class Query {
    private final Map<String, List<String>> values;

    private Query(Map<String, List<String>> values) {
        this.values = values;
    }

    /** Parses what stands behind the question mark; throws IllegalArgumentException for a broken escape. */
    static Query parse(String text) {
        if (text.isEmpty()) {
            return new Query(Map.of());
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            values.computeIfAbsent(name, _ -> new ArrayList<>(1))
                    .add(equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return new Query(values);
    }

    private static String decode(String text) {
        return text.indexOf('%') < 0 && text.indexOf('+') < 0 ? text : URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** The first value, empty if there is none. */
    String get(String name) {
        List<String> all = values.get(name);
        return all == null ? "" : all.getFirst();
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** Whether the flag is given and not said to be false, in whichever case; Kubernetes takes a flag without value as true. */
    boolean flag(String name) {
        if (!values.containsKey(name)) {
            return false;
        }
        String value = get(name);
        return !value.equalsIgnoreCase("false") && !value.equals("0");
    }
}
