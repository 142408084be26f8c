package io.flotilla.apiserver.registry.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.request.Quoting;
import java.util.Map;
import java.util.TreeSet;

/** What differs between two trees, for people: one line with a minus for each old value, one with a plus for a new one. */
public final class TreeDiff {
    private final StringBuilder out = new StringBuilder();

    private TreeDiff() {}

    /** Renders the differences of two objects of the type. */
    public static String of(String type, JsonNode before, JsonNode after) {
        TreeDiff diff = new TreeDiff();
        diff.out.append("  ").append(type).append("{\n");
        diff.fields("  \t", before, after);
        return diff.out.append("  }\n").toString();
    }

    private void fields(String indent, JsonNode before, JsonNode after) {
        TreeSet<String> names = new TreeSet<>();
        before.propertyStream().map(Map.Entry::getKey).forEach(names::add);
        after.propertyStream().map(Map.Entry::getKey).forEach(names::add);
        for (String name : names) {
            value(indent, goName(name), before.path(name), after.path(name));
        }
    }

    private static String goName(String name) {
        return name.isEmpty() ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1) + ": ";
    }

    private void value(String indent, String name, JsonNode before, JsonNode after) {
        if (Trees.same(before, after)) {
            return;
        }
        if (before.isObject() && after.isObject()) {
            out.append(indent).append(name).append("{\n");
            fields(indent + "\t", before, after);
            out.append(indent).append("},\n");
        } else if (before.isArray() && after.isArray()) {
            out.append(indent).append(name).append("{\n");
            for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
                value(indent + "\t", "", before.path(i), after.path(i));
            }
            out.append(indent).append("},\n");
        } else {
            line('-', indent, name, before);
            line('+', indent, name, after);
        }
    }

    private void line(char sign, String indent, String name, JsonNode value) {
        if (!value.isMissingNode()) {
            out.append(sign)
                    .append(indent, 1, indent.length())
                    .append(name)
                    .append(Quoting.print(value))
                    .append(",\n");
        }
    }
}
